//! What a person, a destination and a tenant may use up (REQUIREMENTS, Defaults 1 and 2).

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

impl Default for Limits {
    fn default() -> Self {
        Self {
            wrong_codes: 5,
            wrong_codes_window_minutes: 15,
            lock_minutes: 15,
            wrong_codes_per_day: 10,
            sends_per_destination: 5,
            sends_per_destination_per_day: 10,
            sends_per_minute: 60,
            sends_per_day: 1000,
            resend_cooldown_sms_seconds: 30,
            resend_cooldown_email_seconds: 60,
        }
    }
}
