//! `[tenants.NAME.limits]`: what a person, a destination and a tenant may use up (requirements, Default 1 and 2).

use crate::verify::Limits;

use super::section::Section;

/// Reads the limits of a tenant.
pub(super) fn read(section: &Section<'_>) -> Limits {
    let cooldown = section.section("resend_cooldown_seconds");
    Limits {
        wrong_codes: section.number("wrong_codes", 5, 1..=20),
        wrong_codes_window_minutes: section.number("wrong_codes_window_minutes", 15, 1..=1440),
        lock_minutes: section.number("lock_minutes", 15, 1..=1440),
        wrong_codes_per_day: section.number("wrong_codes_per_day", 10, 1..=100),
        sends_per_destination: section.number("sends_per_destination", 5, 1..=20),
        sends_per_destination_per_day: section.number("sends_per_destination_per_day", 10, 1..=100),
        sends_per_minute: section.number("sends_per_minute", 60, 1..=100_000),
        sends_per_day: section.number("sends_per_day", 1000, 1..=10_000_000),
        resend_cooldown_sms_seconds: cooldown.number("sms", 30, 0..=600),
        resend_cooldown_email_seconds: cooldown.number("email", 60, 0..=600),
    }
}
