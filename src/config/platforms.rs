//! `[tenants.NAME.platforms]`: which IVR platforms may fetch a tenant's pages.

use std::collections::BTreeMap;

use super::http::networks;
use super::section::Section;
use crate::secret::SecretText;
use crate::web::Networks;

/// Access to one tenant's pages.
#[derive(Debug, Clone)]
pub struct Platforms {
    /// Where platforms may come from.
    pub allow: Networks,
    /// Names and passwords for HTTP Basic; needed as well when there are any.
    pub users: BTreeMap<String, SecretText>,
    /// Whether `test=true` is taken.
    pub test_calls: bool,
}

impl Platforms {
    pub(super) fn read(section: &Section<'_>) -> Self {
        Self {
            allow: networks(section, "allow").unwrap_or_else(Networks::loopback),
            users: users(&section.section("users")),
            test_calls: section.switch("test_calls", true),
        }
    }
}

/// An empty password lets everyone in who knows the name; a name ends at its first colon (RFC 7617 §2).
fn users(section: &Section<'_>) -> BTreeMap<String, SecretText> {
    let mut users = BTreeMap::new();
    for (name, item) in section.items() {
        let Some(password) = item.secret() else {
            continue;
        };
        if password.expose().is_empty() {
            item.complain("is empty", "write a password, or leave the user out");
        }
        if name.contains(':') {
            item.complain("has a colon in its name", "write a name without one");
        }
        users.insert(name, password);
    }
    users
}
