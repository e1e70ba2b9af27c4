//! What the HTTP door needs: the switchboard, who may come in, and by which address we are reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::release::Warnings;
use crate::session::CallAddress;
use crate::store::Store;
use crate::switchboard::Switchboard;

use super::access::{Access, Denied, Peer, Platform, origin};
use super::base::Base;
use super::flood::Allowance;
use super::networks::Networks;

/// What a path segment need not escape (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The HTTP door's own knowledge.
pub struct Gateway {
    /// Where every turn leads.
    pub switchboard: Arc<Switchboard>,
    /// The store, to be asked whether it works.
    pub store: Arc<dyn Store>,
    /// What is wrong with flow files and versions at present.
    pub flow_warnings: Arc<Warnings>,
    /// Who may fetch the pages of which tenant.
    pub access: BTreeMap<String, Access>,
    /// Proxies whose word on the caller's address counts.
    pub trusted_proxies: Networks,
    /// Who may read `/metrics`.
    pub ops_allow: Networks,
    /// How much one address may ask.
    pub allowance: Allowance,
    /// By which address platforms reach us.
    pub base: Base,
}

impl Gateway {
    /// The platform, where it may fetch pages of `tenant`. Whoever may fetch any tenant's pages may learn that there is
    /// no tenant of that name.
    pub(super) fn platform(&self, tenant: &str, peer: Peer, headers: &HeaderMap) -> Result<Platform, Denied> {
        let from = origin(peer, headers, &self.trusted_proxies).ok_or(Denied::Address)?;
        match self.access.get(tenant) {
            Some(access) => access.platform(from, headers),
            None => match self.access.values().any(|access| access.allow.contains(from)) {
                true => Ok(Platform::Address(from)),
                false => Err(Denied::Address),
            },
        }
    }

    /// The address of a turn.
    pub(super) fn turn(&self, (tenant, process): (&str, &str), address: &CallAddress, turn: u32) -> String {
        let mut written = String::with_capacity(self.base.text.len() + tenant.len() + process.len() + 96);
        written.push_str(&self.base.text);
        written.push_str("/vxml");
        for segment in [tenant, process] {
            written.push('/');
            written.extend(utf8_percent_encode(segment, SEGMENT));
        }
        written.push('/');
        address.write_to(&mut written);
        written.push('/');
        written.push_str(turn.to_string().as_str());
        written
    }
}
