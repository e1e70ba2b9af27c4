//! Two nodes on one database: what one begins the other goes on with, whatever becomes of either (DESIGN, "Claims, time and lost
//! nodes"). On PostgreSQL their clocks are ten minutes apart; on one SQLite file they share the machine's.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use callward::clock::Clock;
use callward::demo::{Manner, Service};
use callward::secret::Digits;
use callward::switchboard::TurnInput;
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::house::{House, Plan, START, TWO_FACTOR};
use crate::page::Page;
use crate::postgres_cluster::{Cluster, Database, Durability};

const VERIFIED: [&str; 3] = ["verified", "success", "code_correct"];
const LOCKED: [&str; 3] = ["not_verified", "agent", "locked"];
const SEND_LIMITED: [&str; 3] = ["not_verified", "agent", "send_limited"];

/// After how many waits the work of a node is dropped, at most.
const MOMENTS: usize = 12;

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MORE_CHECKS: &str = "maximum_attempts_at_verifying = 5";
const MORE_SENDS: &str = "[tenants.demo.limits]\nsends_per_destination = 20\nsends_per_destination_per_day = 100";

/// Two nodes and what they share.
struct Pair {
    nodes: [House; 2],
    shared: Shared,
}

/// Where calls are kept, and the clock that the store goes by.
enum Shared {
    Postgres(Box<Database>, Clock),
    Sqlite(TempDir, Clock),
}

/// Runs each of these functions of the module on every store that nodes can share.
macro_rules! on_every_shared_store {
    ($($promise:ident),+ $(,)?) => {
        mod on_postgres {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Shared::postgres().await).await;
            })+
        }

        mod on_sqlite {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Shared::sqlite()).await;
            })+
        }
    };
}

on_every_shared_store!(
    nodes_take_turns_at_one_call,
    repeats_on_both_nodes_at_once_take_effect_once,
    beginnings_on_both_nodes_at_once_are_one_call,
    a_node_may_be_lost_at_any_moment_of_a_turn,
    a_lock_holds_on_every_node,
    of_wrong_codes_on_both_nodes_at_once_five_are_compared,
    a_destinations_limit_holds_on_every_node,
    who_was_verified_on_one_node_is_not_asked_on_the_other,
    a_call_that_both_nodes_find_idle_is_recorded_once,
);

async fn nodes_take_turns_at_one_call(shared: Shared) {
    let pair = shared.pair(House::plan).await;

    let menu = pair.begin(0, &[("identity", "1001"), ("call_id", "c1")]).await;
    let code = pair.press(1, &menu, "2").await;
    let wrong = pair.press(0, &code, &pair.nodes[0].wrong_code()).await;
    let end = pair.press(1, &wrong, &pair.nodes[0].sms_code()).await;

    assert_eq!(end.verdict(), VERIFIED);
    assert_eq!(pair.press(0, &wrong, "1").await.text, end.text);
    assert_eq!(pair.nodes[0].messages(), 1);
    assert_eq!(pair.nodes[0].records("c1").await, pair.nodes[1].records("c1").await);
}

async fn repeats_on_both_nodes_at_once_take_effect_once(shared: Shared) {
    let pair = shared.pair(House::plan).await;
    pair.manner(Service::SmsGateway, Manner::Slow(Duration::from_millis(50)));
    let menu = pair.begin(0, &[("identity", "1001")]).await;

    let answers = join_all((0..8).map(|repeat| pair.press(repeat % 2, &menu, "2"))).await;

    assert!(answers.iter().all(|page| page.text == answers[0].text && page.turn() == menu.turn() + 1));
    assert_eq!(pair.nodes[0].messages(), 1);
}

async fn beginnings_on_both_nodes_at_once_are_one_call(shared: Shared) {
    let pair = shared.pair(House::plan).await;
    let entry = pair.nodes[1].enter(TWO_FACTOR, &[("identity", "1002")]).await;
    let variables = entry.variables();

    let answers = join_all((0..8).map(|repeat| pair.post(repeat % 2, &entry, &variables))).await;

    assert!(answers.iter().all(|page| page.text == answers[0].text));
    assert_eq!((pair.nodes[0].messages(), pair.nodes[0].asked(&Service::CheckVerifiedContactMethods)), (1, 1));
}

/// The work of a node is dropped after its first wait, in the next call after its second, and so on. How many waits a turn has
/// depends on how fast the other side answers.
async fn a_node_may_be_lost_at_any_moment_of_a_turn(shared: Shared) {
    let pair = shared.pair(|| House::plan().table(MORE_SENDS)).await;
    let [lost, other] = &pair.nodes;
    let mut lost_turns = 0;
    for moment in 1..=MOMENTS {
        let menu = pair.begin(0, &[("identity", "1001")]).await;
        let before = other.messages();
        let submit = menu.submit();
        let address = lost.switchboard.address("demo", "two-factor", submit.path_segments().unwrap().nth(3).unwrap()).unwrap();
        let keys = TurnInput::Keys(Digits::new("2"));
        let turn = lost.switchboard.resume(("demo", "two-factor"), &address, menu.turn(), keys, "127.0.0.1");
        let finished = finished_within(turn, moment).await;

        let mut code = pair.take_over(&menu, "2").await;
        let sent = other.messages() - before;
        if sent == 0 {
            code = pair.press(1, &code, "8#").await;
        }
        let end = pair.press(1, &code, &other.sms_code()).await;

        assert!(sent <= 1, "{sent} messages when the node was lost at moment {moment}");
        assert_eq!(end.verdict(), VERIFIED, "lost at moment {moment}");
        lost_turns += usize::from(!finished);
    }
    assert!(lost_turns > 0, "every turn was finished");
}

async fn a_lock_holds_on_every_node(shared: Shared) {
    let pair = shared.pair(|| House::plan().setting(MORE_CHECKS)).await;
    let mut page = pair.begin(0, &[("identity", "1002")]).await;

    for guess in 1..=5 {
        page = pair.press(guess % 2, &page, &pair.nodes[0].wrong_code()).await;
    }

    assert_eq!(page.verdict(), LOCKED);
    for node in [0, 1] {
        assert_eq!(pair.begin(node, &[("identity", "1002")]).await.verdict(), LOCKED);
    }
    // A node carries the store's time on between two readings: the lock may be a second younger than the clock that we set.
    pair.pass(15 * 60 + 1).await;
    let code = pair.begin(0, &[("identity", "1002")]).await;
    assert_eq!(pair.press(1, &code, &pair.nodes[0].sms_code()).await.verdict(), VERIFIED);
}

async fn of_wrong_codes_on_both_nodes_at_once_five_are_compared(shared: Shared) {
    let external = || House::plan().setting("code_generation = \"external\"").setting(MORE_CHECKS);
    let pair = shared.pair(external).await;
    let calls = join_all((0..20).map(|call| pair.begin(call % 2, &[("identity", "1003")]))).await;

    join_all(
        calls
            .iter()
            .enumerate()
            .flat_map(|(call, page)| [pair.press(call % 2, page, "000000"), pair.press((call + 1) % 2, page, "111111")]),
    )
    .await;

    assert_eq!(pair.nodes[0].asked(&Service::CodeAuthentication), 5);
    assert_eq!(pair.begin(0, &[("identity", "1003")]).await.verdict(), LOCKED);
}

async fn a_destinations_limit_holds_on_every_node(shared: Shared) {
    let pair = shared.pair(House::plan).await;

    join_all((0..8).map(|call| pair.begin(call % 2, &[("identity", "1002")]))).await;

    assert_eq!(pair.nodes[0].messages(), 5);
    assert_eq!(pair.begin(0, &[("identity", "1002")]).await.verdict(), SEND_LIMITED);
}

async fn who_was_verified_on_one_node_is_not_asked_on_the_other(shared: Shared) {
    let pair = shared.pair(House::plan).await;
    let visit = [("identity", "1002"), ("call_id", "c1")];
    let code = pair.begin(0, &visit).await;
    pair.press(0, &code, &pair.nodes[0].sms_code()).await;

    pair.pass(15 * 60 - 5).await;
    assert_eq!(pair.begin(1, &visit).await.verdict(), ["verified", "success", "already_verified"]);
    pair.pass(10).await;
    assert!(!pair.begin(1, &visit).await.is_end());
}

async fn a_call_that_both_nodes_find_idle_is_recorded_once(shared: Shared) {
    let pair = shared.pair(House::plan).await;
    pair.begin(0, &[("identity", "1002"), ("call_id", "c1")]).await;
    pair.pass(901).await;

    let tidy = |node: usize| pair.nodes[node].switchboard.tidy(Duration::from_secs(900), Duration::from_secs(86_400));
    let (here, there) = tokio::join!(tidy(0), tidy(1));

    here.and(there).unwrap();
    let records = pair.nodes[0].records("c1").await;
    assert_eq!(records.iter().map(|record| record["reason"].as_str().unwrap()).collect::<Vec<_>>(), ["timed_out"]);
}

/// What comes while the server is down waits for it, or is heard as our fault; nothing that was acknowledged is lost.
#[tokio::test]
async fn calls_go_on_after_the_server_crashed() {
    let cluster = Cluster::start(Durability::Full);
    let pair = Shared::Postgres(Box::new(cluster.database().await), clock_at(START)).pair(House::plan).await;
    let menu = pair.begin(0, &[("identity", "1001")]).await;
    let code = pair.press(1, &menu, "2").await;

    cluster.crash();
    let meanwhile = pair.press(0, &code, &pair.nodes[0].wrong_code()).await;
    cluster.start_again();
    let repeated = pair.press(1, &menu, "1").await;
    let end = pair.press(0, &code, &pair.nodes[0].sms_code()).await;

    assert_eq!(meanwhile.verdict(), ["unavailable", "error", "internal"]);
    assert_eq!((repeated.text, end.verdict()), (code.text, VERIFIED.map(str::to_owned)));
    assert_eq!(pair.nodes[0].messages(), 1);
}

impl Shared {
    async fn postgres() -> Self {
        Self::Postgres(Box::new(Cluster::shared().database().await), clock_at(START))
    }

    fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap(), clock_at(START))
    }

    fn url(&self) -> String {
        match self {
            Self::Postgres(database, _) => database.url().to_owned(),
            Self::Sqlite(folder, _) => format!("sqlite://{}", folder.path().join("callward.db").display()),
        }
    }

    /// Two nodes as `plan` has them.
    async fn pair(self, plan: impl Fn() -> Plan) -> Pair {
        let clocks = match &self {
            Self::Postgres(..) => [clock_at(START - 300), clock_at(START + 300)],
            Self::Sqlite(_, clock) => [clock.clone(), clock.clone()],
        };
        let plan = |clock| plan().store(&self.url()).set("security.master_key", MASTER_KEY).clock(clock);
        let first = plan(&clocks[0]).start().await;
        let second = plan(&clocks[1]).beside(&first).start().await;
        let pair = Pair { nodes: [first, second], shared: self };
        pair.pass(0).await;
        pair
    }
}

impl Pair {
    /// Fetches the entry page from one node, and begins the call on the other.
    async fn begin(&self, node: usize, query: &[(&str, &str)]) -> Page {
        let entry = self.nodes[1 - node].enter(TWO_FACTOR, query).await;
        self.post(node, &entry, &entry.variables()).await
    }

    /// Presses keys; this node takes the turn.
    async fn press(&self, node: usize, page: &Page, keys: &str) -> Page {
        self.post(node, page, &[("keys", keys)]).await
    }

    /// Presses keys on the second node once the lease of the first has run out: what that had asked of the store when it was lost
    /// may still be done, and then the lease begins late.
    async fn take_over(&self, page: &Page, keys: &str) -> Page {
        loop {
            self.pass(60).await;
            if let Ok(page) = timeout(Duration::from_secs(2), self.press(1, page, keys)).await {
                return page;
            }
        }
    }

    /// Posts to this node what any of them asked for.
    async fn post(&self, node: usize, page: &Page, form: &(impl Serialize + ?Sized)) -> Page {
        self.nodes[node].post(self.nodes[node].url(page.submit().path()), form).await
    }

    /// Lets time go by everywhere; a store with a clock of its own reads it when it is pinged.
    async fn pass(&self, seconds: u64) {
        match &self.shared {
            Shared::Sqlite(_, clock) => {
                clock.advance(Duration::from_secs(seconds));
            }
            Shared::Postgres(database, clock) => {
                clock.advance(Duration::from_secs(seconds));
                database.stand_at(clock.now()).await;
                for node in &self.nodes {
                    node.pass(seconds);
                    node.store.ping().await.unwrap();
                }
            }
        }
    }

    fn manner(&self, service: Service, manner: Manner) {
        self.nodes[0].stand_ins.world().set_manner(service, manner);
    }
}

fn clock_at(second: i64) -> Clock {
    Clock::by_hand(Timestamp::from_second(second).unwrap())
}

/// Polls work this many times and then drops it, done or not; tells which.
async fn finished_within(work: impl Future, polls: usize) -> bool {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|context| {
        left = left.saturating_sub(1);
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
