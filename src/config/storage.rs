//! `[store]`, `[security]` and `[records]`: where things are kept, under which key, and for how long.

use std::path::Path;

use super::section::Section;
use crate::secret::{MasterKey, SecretText};

const URL: &str = "sqlite://callward.db";

/// What is kept, where, and how.
#[derive(Debug, Clone)]
pub struct Storage {
    /// The database, `sqlite://…` or `postgres://…`. A secret: it may hold a password.
    pub url: SecretText,
    /// The master key in base64, when the configuration has it.
    pub master_key: Option<SecretText>,
    /// Days for which records can be read.
    pub keep_days: u32,
}

impl Storage {
    /// Reads the three sections of `root`; a relative database file lies in `folder`.
    pub(super) fn read(root: &Section<'_>, folder: &Path) -> Self {
        let master_key = master_key(&root.section("security"));
        let url = url(&root.section("store"), master_key.is_some());
        Self { url: within(folder, url.as_ref().map_or(URL, SecretText::expose)), master_key, keep_days: keep_days(root) }
    }
}

fn keep_days(root: &Section<'_>) -> u32 {
    root.section("records").number("keep_days", 90, 1..=3650)
}

fn master_key(security: &Section<'_>) -> Option<SecretText> {
    let item = security.item("master_key")?;
    let key = item.secret()?;
    if let Err(fault) = MasterKey::from_base64(key.expose()) {
        item.complain("cannot be used", fault.to_string());
    }
    Some(key)
}

fn url(store: &Section<'_>, has_key: bool) -> Option<SecretText> {
    let item = store.item("url")?;
    let url = item.secret()?;
    match url.expose().split_once(':') {
        Some(("sqlite" | "memory", _)) => {}
        Some(("postgres" | "postgresql", _)) if has_key => {}
        Some(("postgres" | "postgresql", _)) => {
            item.complain("needs a master key that all nodes share", "write `master_key` in [security]: openssl rand -base64 32");
        }
        _ => item.complain("is no database that we know", format!("write {URL} or postgres://…")),
    }
    Some(url)
}

/// The address of a SQLite file below `folder`; any other address as it is.
fn within(folder: &Path, url: &str) -> SecretText {
    let file = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    match file.filter(|file| !file.starts_with(":memory:")) {
        Some(file) => SecretText::new(format!("sqlite://{}", folder.join(file).display())),
        None => SecretText::new(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_relative_file_is_found_beside_the_configuration() {
        let beside = |url| within(Path::new("/etc/callward"), url).expose().to_owned();

        assert_eq!(beside("sqlite://callward.db"), "sqlite:///etc/callward/callward.db");
        assert_eq!(beside("sqlite:///var/lib/c.db?mode=rwc"), "sqlite:///var/lib/c.db?mode=rwc");
        assert_eq!(beside("sqlite::memory:"), "sqlite::memory:");
        assert_eq!(beside("postgres://db/callward"), "postgres://db/callward");
    }
}
