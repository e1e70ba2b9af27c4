//! `[tenants.NAME.limits]`: what a person, a destination and a tenant may use up (requirements, Default 1 and 2).

use super::section::Section;

/// Limits of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wrong codes of one person within the window, then the person waits.
    pub wrong_codes: u32,
    /// Minutes of that window.
    pub wrong_codes_window_minutes: u32,
    /// Minutes that the person waits.
    pub lock_minutes: u32,
    /// Wrong codes of one person within 24 hours, then the person is locked for as long.
    pub wrong_codes_per_day: u32,
    /// Messages to one destination within 10 minutes.
    pub sends_per_destination: u32,
    /// Messages to one destination within 24 hours.
    pub sends_per_destination_per_day: u32,
    /// Messages of the tenant within a minute.
    pub sends_per_minute: u32,
    /// Messages of the tenant within 24 hours.
    pub sends_per_day: u32,
    /// Seconds before an SMS is sent again, doubled each time.
    pub resend_cooldown_sms_seconds: u32,
    /// Seconds before a mail is sent again, doubled each time.
    pub resend_cooldown_email_seconds: u32,
}

impl Limits {
    pub(super) fn read(section: &Section<'_>) -> Self {
        let cooldown = section.section("resend_cooldown_seconds");
        Self {
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
}
