//! The world outside the gateway as the stand-ins know it: customers, what each service does, consents, and the inbox.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::authenticator::{Authenticator, Shown};
use super::codes::Codes;
use super::consents::{Consents, Outcome, Written};
use super::customer::Customer;
use super::inbox::{Delivery, Inbox};
use super::manner::{Conduct, Manner, Manners};
use super::message::Message;
use super::service::Service;
use super::tokens::{Client, Denied, Granted, Tokens};
use crate::clock::{Chance, Clock};
use crate::secret::{Digits, SecretText, mask};

/// Requests beyond these many are forgotten, oldest first.
const ASKED_KEPT: usize = 500;

/// The world. Clones are the same world.
#[derive(Clone)]
pub struct World(Arc<Shared>);

struct Shared {
    clock: Clock,
    chance: Chance,
    client: Client,
    inbox: Inbox,
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

/// What [`World::start_over`] throws away.
#[derive(Default)]
struct State {
    customers: Vec<Customer>,
    /// By customer id; an app is enrolled when it is first looked at.
    authenticators: HashMap<String, Authenticator>,
    manners: Manners,
    codes: Codes,
    consents: Consents,
    tokens: Tokens,
    asked: Vec<Asked>,
}

/// A request that a web service got.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which service.
    pub service: Service,
    /// The fields of its form, in order.
    pub fields: Vec<(String, SecretText)>,
}

impl World {
    /// A world with these customers, where all is well.
    pub fn new(customers: Vec<Customer>, client: Client, clock: Clock, chance: Chance) -> Self {
        let state = Mutex::new(State { customers, ..State::default() });
        Self(Arc::new(Shared { clock, chance, client, inbox: Inbox::new(), state, changes: watch::Sender::new(()) }))
    }

    /// Phones and mailboxes of the customers.
    pub fn inbox(&self) -> &Inbox {
        &self.0.inbox
    }

    /// Tells when anything but the inbox changed.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    /// Back to a world where all is well: these customers, an empty inbox, no consents, nothing asked.
    pub fn start_over(&self, customers: Vec<Customer>) {
        *self.state() = State { customers, ..State::default() };
        self.0.inbox.clear();
        self.changed();
    }

    /// All customers, in order of appearance.
    pub fn customers(&self) -> Vec<Customer> {
        self.state().customers.clone()
    }

    /// The customer with an account number.
    pub fn customer(&self, id: &str) -> Option<Customer> {
        self.state().customers.iter().find(|customer| customer.id == id).cloned()
    }

    /// Adds a customer, in the place of one with the same number.
    pub fn put_customer(&self, customer: Customer) {
        let mut state = self.state();
        match state.customers.iter_mut().find(|known| known.id == customer.id) {
            Some(known) => *known = customer,
            None => state.customers.push(customer),
        }
        drop(state);
        self.changed();
    }

    /// Gives a service a manner.
    pub fn set_manner(&self, service: Service, manner: Manner) {
        self.state().manners.set(service, manner);
        self.changed();
    }

    /// The manner of a service.
    pub fn manner(&self, service: &Service) -> Manner {
        self.state().manners.of(service)
    }

    /// Every service that has a manner: those of every installation, then others that were given one.
    pub fn services(&self) -> Vec<Service> {
        Service::FIXED.into_iter().chain(self.state().manners.others()).collect()
    }

    /// The consent of a contact.
    pub fn consent(&self, contact: &str) -> String {
        self.state().consents.status(contact).to_owned()
    }

    /// Contacts and their consents, by contact.
    pub fn consents(&self) -> Vec<(String, String)> {
        self.state().consents.all().map(|(contact, status)| (contact.to_owned(), status.to_owned())).collect()
    }

    /// Puts a contact's consent in a state, any text.
    pub fn set_consent(&self, contact: &str, status: &str) {
        self.state().consents.put(contact, status);
        self.changed();
    }

    /// What clients of the consent service wrote, oldest first.
    pub fn written(&self) -> Vec<Written> {
        self.state().consents.written().to_vec()
    }

    /// What the web services were asked, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// What a customer's authenticator app shows; `None` for a customer without one.
    pub fn authenticator(&self, id: &str) -> Option<Shown> {
        let now = self.now();
        self.with_authenticator(id, |app| app.shows(now))
    }

    /// Makes every access token void, as a restarted token service does.
    pub fn revoke_tokens(&self) {
        self.state().tokens.revoke_all();
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(super) fn deliver(&self, delivery: Delivery) -> Message {
        let message = self.0.inbox.deliver(delivery, self.now());
        let Message { number, channel, to, .. } = &message;
        tracing::info!(number, %channel, "message {number} ({channel}) for {} is in the inbox", mask(to));
        message
    }

    pub(super) fn conduct(&self, service: &Service) -> Conduct {
        self.state().manners.next(service)
    }

    pub(super) fn note(&self, asked: Asked) {
        let mut state = self.state();
        state.asked.push(asked);
        if state.asked.len() > ASKED_KEPT {
            state.asked.remove(0);
        }
    }

    pub(super) fn make_code(&self, customer: &str) -> Digits {
        self.state().codes.make(customer, self.now(), &self.0.chance)
    }

    /// Whether the digits are the code that was sent to the customer, or what the customer's app shows.
    pub(super) fn accepts_code(&self, customer: &str, digits: &Digits) -> bool {
        let now = self.now();
        let sent = self.state().codes.take(customer, digits, now);
        sent || self.with_authenticator(customer, |app| app.accepts(digits, now)).unwrap_or(false)
    }

    pub(super) fn write_consent(&self, contact: &str, status: &str) -> Outcome {
        let outcome = self.state().consents.write(contact, status);
        self.changed();
        outcome
    }

    pub(super) fn grant_token(&self, scopes: &str) -> Option<Granted> {
        self.state().tokens.grant(&self.0.client, scopes, self.now(), &self.0.chance)
    }

    pub(super) fn check_token(&self, token: &SecretText, scope: &str) -> Result<(), Denied> {
        self.state().tokens.check(token, scope, self.now())
    }

    fn with_authenticator<T>(&self, id: &str, look: impl FnOnce(&mut Authenticator) -> T) -> Option<T> {
        if !self.customer(id)?.has_authenticator() {
            return None;
        }
        let mut state = self.state();
        let app = state.authenticators.entry(id.to_owned()).or_insert_with(|| Authenticator::enrol(&self.0.chance));
        Some(look(app))
    }

    fn changed(&self) {
        self.0.changes.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
