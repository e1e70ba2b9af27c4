//! `[tenants.NAME]`: one customer of the installation.

use jiff::tz::TimeZone;
use phonenumber::country::Id;

use crate::finding::nearest;
use crate::verify::Limits;

use super::connections::Connections;
use super::limits;
use super::platforms::Platforms;
use super::process::Process;
use super::section::Section;

/// One tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Time zone of what is said to its callers.
    pub time_zone: TimeZone,
    /// Country of national telephone numbers (`DE`).
    pub default_country: Option<String>,
    /// The customer's own systems.
    pub connections: Connections,
    /// Who may fetch its pages.
    pub platforms: Platforms,
    /// What may be used up.
    pub limits: Limits,
    /// What it offers.
    pub processes: Vec<Process>,
}

impl Tenant {
    /// Reads the tenant called `name`.
    pub(super) fn read(name: &str, section: &Section<'_>) -> Self {
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) {
            section.complain(format!("`{name}` cannot name a tenant"), "its name is part of addresses: use a-z, 0-9, - and _");
        }
        let default_country = country(section);
        Self {
            time_zone: time_zone(section).unwrap_or(TimeZone::UTC),
            connections: Connections::read(section, default_country.as_deref()),
            default_country,
            platforms: Platforms::read(&section.section("platforms")),
            limits: limits::read(&section.section("limits")),
            processes: Process::read_all(section),
        }
    }
}

fn time_zone(section: &Section<'_>) -> Option<TimeZone> {
    let item = section.item("time_zone")?;
    let name = item.text()?;
    let zone = TimeZone::get(&name).ok();
    if zone.is_none() {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let meant = nearest(&name, names.iter().map(String::as_str));
        let help = meant.map_or("write a name such as Europe/Berlin".to_owned(), |meant| format!("did you mean \"{meant}\"?"));
        item.complain("is no time zone of the IANA database", help);
    }
    zone
}

fn country(section: &Section<'_>) -> Option<String> {
    let item = section.item("default_country")?;
    let country = item.text()?.to_ascii_uppercase();
    if country.parse::<Id>().is_err() {
        item.complain("is no country code of ISO 3166", "write two letters such as DE");
        return None;
    }
    Some(country)
}
