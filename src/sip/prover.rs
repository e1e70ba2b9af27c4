//! Answers to those who ask who we are, without ever asking in circles (RFC 3261 §22.2).

use super::digest_client::DigestClient;
use super::event::Account;
use super::message::{Request, Response};
use crate::clock::Chance;

/// Who asks so often in a row will never be content.
const MOST_IN_A_ROW: u8 = 4;

/// The account of a call or a registration.
#[derive(Debug)]
pub(super) struct Prover {
    client: DigestClient,
    in_a_row: u8,
}

impl Prover {
    /// For this account.
    pub fn new(account: Account) -> Self {
        Self { client: DigestClient::new(account.username, account.password), in_a_row: 0 }
    }

    /// Puts the proof into the request that a 401 or 407 refused. Whether it is worth sending again.
    pub fn answer(&mut self, request: &mut Request, response: &Response, chance: &Chance) -> bool {
        self.in_a_row = self.in_a_row.saturating_add(1);
        if self.in_a_row > MOST_IN_A_ROW || self.client.handle_challenge(request, response).is_err() {
            return false;
        }
        self.client.authorize(request, chance);
        true
    }

    /// Proves at once what was asked for before.
    pub fn prove(&mut self, request: &mut Request, chance: &Chance) {
        self.client.authorize(request, chance);
    }

    /// A response came that asks for nothing.
    pub fn content(&mut self) {
        self.in_a_row = 0;
    }
}
