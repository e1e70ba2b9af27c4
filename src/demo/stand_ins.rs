//! Starts the stand-ins on loopback sockets and stops them when they are dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::customer::Customer;
use super::inbox::Inbox;
use super::next_steps::NextStep;
use super::tokens::Client;
use super::world::World;
use super::{http_server, smtp_server};
use crate::clock::{Chance, Clock};

/// What to start. The default is a demo on any free ports.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port of the web services and the inbox page; 0 takes any that is free.
    pub http_port: u16,
    /// Port of the mail server; 0 takes any that is free.
    pub smtp_port: u16,
    /// Whom the services know.
    pub customers: Vec<Customer>,
    /// Who may have access tokens of the consent API.
    pub client: Client,
    /// What the inbox page proposes to do next.
    pub next_steps: Vec<NextStep>,
}

/// Running stand-ins. Dropped, they stop: no new connections, answers under way get a moment to finish.
pub struct StandIns {
    world: World,
    http: SocketAddr,
    smtp: SocketAddr,
    _running: watch::Sender<()>,
}

/// The stand-ins could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port could not be had.
    #[error("the stand-in {what} cannot listen on 127.0.0.1:{port}: {source}; end the program that does, or choose another port")]
    Listen {
        /// Which server.
        what: &'static str,
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

impl Options {
    /// The demo on its usual ports: 9000 and 1025.
    pub fn demo() -> Self {
        Self { http_port: 9000, smtp_port: 1025, ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        let (customers, next_steps) = (Customer::of_the_demo(), NextStep::of_the_demo("callward"));
        Self { http_port: 0, smtp_port: 0, customers, client: Client::default(), next_steps }
    }
}

impl StandIns {
    /// Binds the ports and starts to serve in the background.
    pub async fn start(options: Options, clock: Clock, chance: Chance) -> Result<Self, StartError> {
        let (http_listener, http) = listen("web server", options.http_port).await?;
        let (smtp_listener, smtp) = listen("mail server", options.smtp_port).await?;
        let world = World::new(options.customers, options.client, clock, chance);
        let (running, stop) = watch::channel(());
        tokio::spawn(http_server::serve(http_listener, world.clone(), options.next_steps, stop.clone()));
        tokio::spawn(smtp_server::serve(smtp_listener, world.clone(), stop));
        Ok(Self { world, http, smtp, _running: running })
    }

    /// Where the web services and the inbox page are, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where the mail server is.
    pub fn smtp_address(&self) -> SocketAddr {
        self.smtp
    }

    /// The world behind the services.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Phones and mailboxes of the customers.
    pub fn inbox(&self) -> &Inbox {
        self.world.inbox()
    }
}

async fn listen(what: &'static str, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |source| StartError::Listen { what, port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((listener, address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Channel;
    use crate::demo::testing::{Log, client, post, stand_ins, token};

    #[tokio::test]
    async fn a_port_that_is_taken_is_named() {
        let first = stand_ins().await;
        let taken = Options { smtp_port: first.smtp_address().port(), ..Options::default() };

        let error = StandIns::start(taken, Clock::system(), Chance::seeded(1)).await.err().unwrap();

        let port = first.smtp_address().port();
        assert!(error.to_string().starts_with(&format!("the stand-in mail server cannot listen on 127.0.0.1:{port}: ")), "{error}");
    }

    #[tokio::test]
    async fn dropped_stand_ins_end_open_feeds_and_take_no_more() {
        let stand_ins = stand_ins().await;
        let base = stand_ins.base_url();
        let mut feed = client().get(base.clone() + "/inbox/events").send().await.unwrap();

        drop(stand_ins);

        assert!(!matches!(feed.chunk().await, Ok(Some(_))));
        assert!(client().get(base).send().await.unwrap_err().is_connect());
    }

    #[tokio::test]
    async fn no_log_at_any_level_shows_a_code_a_number_or_a_token() {
        let (log, _guard) = Log::begin();
        let stand_ins = stand_ins().await;

        let form = [("accountNumber", "1001"), ("TwoFactorAuthSelectedMethod", "SMS")];
        post(&stand_ins, "/sendAuthenticationCode", &form).await.unwrap();
        let code = stand_ins.inbox().newest_code(Channel::Sms).unwrap();
        post(&stand_ins, "/codeAuthentication", &[("accountNumber", "1001"), ("authCode_nbest1", code.expose())]).await.unwrap();
        let token = token(&stand_ins, "").await;

        let text = log.text();
        assert!(text.contains("message 1 (sms) for +49…21 is in the inbox"), "{text}");
        for secret in [code.expose(), "1701234521", &token, "callward-demo"] {
            assert!(!text.contains(secret), "{text}");
        }
    }

    #[tokio::test]
    async fn a_world_that_starts_over_forgets_all_but_its_customers() {
        let stand_ins = stand_ins().await;
        post(&stand_ins, "/find_account", &[("accountNumber", "1001")]).await.unwrap();
        post(&stand_ins, "/sms", &[("to", "+491"), ("text", "hello")]).await.unwrap();
        let world = stand_ins.world();
        world.set_consent("123", "CONSENTED");

        world.start_over(vec![Customer::new("7", [])]);

        assert!(world.asked().is_empty() && stand_ins.inbox().messages().is_empty() && world.consents().is_empty());
        assert_eq!(world.customers(), [Customer::new("7", [])]);
    }
}
