//! One turn of one call: taken once, answered as often as it is asked for.
//!
//! ```text
//!            ┌── somebody else holds it: wait ──┐
//!            ▼                                  │
//!   load ─► advance ─► speak or end ─► save ────┴─► answer
//!              │ ▲            (guarded: nobody saved meanwhile)
//!      perform │ │ outcome
//!              ▼ │
//!        claim, then do ─► save (guarded by the claim)
//! ```

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tracing::{Instrument, debug, info, info_span, warn};

use crate::flow::{Act, Advance, Farewell, Input, Rules, Step, Turn, Verdict, Waiting, advance, apology};
use crate::release::Edition;
use crate::render::{DialogKind, Version};
use crate::session::{Call, CallAddress, CallBody, Ended, Live, Results};
use crate::store::{CallKey, CallRow, Claim, ClaimId, Claimed, Guard, Next};

use super::answer::{Answer, Page, TurnInput, answer, current_page, ended_page, gone, goodbye};
use super::board::Switchboard;
use super::directory::{Process, Tenant};
use super::error::SwitchboardError;
use super::facts::Known;
use super::opening::{begin, is_test};
use super::recent::Served;
use super::{ending, metrics, notes, record};

/// How long a claim holds (DESIGN, "Claims, time and lost nodes").
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// How long a page that holds a caller is kept without news (DESIGN, "HTTP, for IVR platforms").
const NEWS_WITHIN: Duration = Duration::from_secs(2);
/// How often a turn is tried again when others were quicker.
const MOST_ROUNDS: usize = 20;

/// A turn being worked on.
pub(super) struct Work<'s> {
    pub tenant: &'s Tenant,
    /// The version that the call is on.
    pub edition: Arc<Edition>,
    pub key: CallKey,
    /// The turn that is taken.
    pub turn: u32,
    /// The revision that it is taken at.
    pub revision: i64,
    pub live: Box<Live>,
    pub claim: Option<ClaimId>,
}

/// What came of an attempt at a turn.
enum Attempt {
    /// This is the answer, in the manner of this version.
    Answered(Page, Arc<Edition>),
    /// Somebody else was quicker: look again.
    Again,
}

impl Switchboard {
    /// Whether `address` is that of a call of this process.
    pub fn address(&self, tenant: &str, process: &str, address: &str) -> Option<CallAddress> {
        CallAddress::parse(address, (tenant, process), &self.key).ok()
    }

    /// Takes one turn of a call. Every answer can be heard; an `Err` is our own fault and is answered with [`Switchboard::apology`].
    pub async fn resume(
        &self,
        (tenant, process): (&str, &str),
        address: &CallAddress,
        turn: u32,
        input: TurnInput,
        platform: impl Display + Send,
    ) -> Result<Answer, SwitchboardError> {
        let Some((found, current)) = self.directory.process(tenant, process) else {
            return Ok(self.apology((tenant, process), "no_such_process", address.kind(), ""));
        };
        let gone = |reason| Ok(self.apology((tenant, process), reason, address.kind(), ""));
        let key = CallKey(address.row());
        if input.is_answer()
            && let Some(Served { turn, revision, live }) = self.recent.take(key, turn)
            && let Some(edition) = current.shelf.edition(&live.flow_version)
        {
            let live = Box::new(Arc::unwrap_or_clone(live));
            let work = Work { tenant: found, edition, key, turn, revision, live, claim: None };
            if let Attempt::Answered(page, edition) = self.take(work, &input).await? {
                return Ok(answer(page, address.kind(), &edition));
            }
        }
        for _ in 0..MOST_ROUNDS {
            let Some(row) = self.store.call(key).await? else {
                let TurnInput::Begin(variables) = &input else { return gone("call_ended") };
                if turn != 0 || !address.may_begin(self.store.now().await?) {
                    return gone("call_ended");
                }
                if is_test(variables) && !found.test_calls {
                    info!(tenant, process, "a test call is refused: tenants.{tenant}.platforms.test_calls is false");
                    return gone("no_such_process");
                }
                let (tenant, process, platform) = (tenant.to_owned(), process.to_owned(), platform.to_string());
                let call = Call { tenant, process, platform, variables: variables.clone(), ..Call::default() };
                if !self.open(key, (found, current), call).await? {
                    return gone("no_such_process");
                }
                continue;
            };
            // On the heap: most turns do not come by here, and would be moved with all that it holds.
            match Box::pin(self.attempt(key, row, turn, &input, (found, current))).await? {
                Attempt::Answered(page, edition) => return Ok(answer(page, address.kind(), &edition)),
                Attempt::Again => {}
            }
        }
        Err(SwitchboardError::Busy)
    }

    /// What a caller hears where there is no turn to take or the fault is ours.
    pub fn apology(&self, (tenant, process): (&str, &str), reason: &str, kind: DialogKind, language: &str) -> Answer {
        let page = gone(reason, language);
        match self.directory.process(tenant, process) {
            Some((_, process)) => answer(page, kind, &process.shelf.live()),
            None => Answer { page, kind, version: Version::default(), inline_grammars: false },
        }
    }

    async fn open(&self, key: CallKey, (tenant, process): (&Tenant, &Process), call: Call) -> Result<bool, SwitchboardError> {
        let now = self.store.now().await?;
        let Some(mut live) = begin(&process.shelf.live(), tenant, call, self.auth_id(), now) else { return Ok(false) };
        self.recall_proof(&mut live).await?;
        info!(auth_id = live.auth_id, tenant = live.call.tenant, process = live.call.process, "call {} begins", live.auth_id);
        let live = Arc::new(live);
        let first = Next { turn: 0, body: self.row(key, CallBody::Live(Arc::clone(&live))), claim: None, ended: false };
        self.store.open_call(key, &live.flow_version, first, Vec::new()).await?;
        Ok(true)
    }

    /// 96 random bits, as text.
    fn auth_id(&self) -> String {
        self.chance.bytes::<12>().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The verdict of an earlier visit in the same call of the same platform (AMB-14).
    async fn recall_proof(&self, live: &mut Live) -> Result<(), SwitchboardError> {
        if live.call.id.is_empty() {
            return Ok(());
        }
        let note = self.store.note(live.verified_note(&self.key)).await?;
        live.verification.proof = note.and_then(|note| ending::open_proof(&note.body, &live.call.id, &self.key));
        Ok(())
    }

    async fn attempt(
        &self,
        key: CallKey,
        row: CallRow,
        turn: u32,
        input: &TurnInput,
        (tenant, process): (&Tenant, &Arc<Process>),
    ) -> Result<Attempt, SwitchboardError> {
        let now = self.store.now().await?;
        let live = match row.body.read(&key.0, &self.key)? {
            CallBody::Ended(ended) => return Ok(Attempt::Answered(ended_page(&ended, now), process.shelf.live())),
            CallBody::Live(live) => Box::new(Arc::unwrap_or_clone(live)),
        };
        if let Some(held) = row.held.filter(|held| held.until > now) {
            let rest = held.until.duration_since(now).try_into().unwrap_or(LEASE);
            self.store.changed(key, row.revision, rest).await?;
            return Ok(Attempt::Again);
        }
        let recalled = process.shelf.recall(&live.flow_version, self.store.as_ref()).await?;
        let is_readable = recalled.is_some();
        let edition = recalled.unwrap_or_else(|| process.shelf.live());
        let work = Work { tenant, edition, key, turn: row.turn, revision: row.revision, live, claim: None };
        if !is_readable {
            let farewell = failed_farewell("internal", &work.live.state.language);
            return self.end(work, farewell).await;
        }
        let hung_up = matches!(input, TurnInput::HungUp);
        if !hung_up && (turn != row.turn || is_garbled(input, &work.live)) {
            return Ok(work.repeated());
        }
        // Nobody holds it, and yet something was begun: whoever did that is gone. Who hung up need not know what came of it.
        let lost = !hung_up && work.live.state.waiting == Waiting::Effect;
        if lost { self.take_over(work).await } else { self.take(work, input).await }
    }

    async fn take(&self, mut work: Work<'_>, input: &TurnInput) -> Result<Attempt, SwitchboardError> {
        let input = match input {
            TurnInput::Begin(_) => {
                if let Some(missing) = work.missing_input() {
                    warn!(auth_id = work.live.auth_id, "call {} lacks the input {missing}: the platform must send it", work.live.auth_id);
                    let farewell = failed_farewell("internal", &work.live.state.language);
                    return self.end(work, farewell).await;
                }
                Input::Began
            }
            TurnInput::Keys(keys) => Input::Heard(keys.clone()),
            TurnInput::Transferred(transferred) => Input::Transferred(*transferred),
            TurnInput::Silence => {
                self.read_receipt(&mut work).await?;
                Input::Silence
            }
            TurnInput::Waited => {
                self.wait_for_news(&work).await?;
                Input::Waited
            }
            TurnInput::NoMatch | TurnInput::Garbled => Input::NoMatch,
            TurnInput::HungUp => Input::HungUp,
        };
        if matches!(input, Input::Began) && work.live.turn.is_some() {
            return Ok(work.repeated());
        }
        let step = self.advance(&mut work, input).await?;
        self.follow(work, step).await
    }

    /// Keeps a page that only holds the caller for a while: what it waits for may come meanwhile.
    async fn wait_for_news(&self, work: &Work<'_>) -> Result<(), SwitchboardError> {
        let now = self.store.now().await?;
        let known = Known { live: &work.live, tenant: work.tenant, now };
        let step = advance(&work.edition.book, &known, work.live.state.clone(), Input::Waited).step;
        if matches!(&step, Step::Speak(turn) if turn.holds()) && !self.clock.advance(NEWS_WITHIN) {
            self.store.changed(work.key, work.revision, NEWS_WITHIN).await?;
        }
        Ok(())
    }

    /// A node was lost in the middle of an effect: what came of it is unknown, and it is not done again.
    async fn take_over(&self, mut work: Work<'_>) -> Result<Attempt, SwitchboardError> {
        if !self.claim(&mut work).await? {
            return Ok(Attempt::Again);
        }
        info!(auth_id = work.live.auth_id, "call {} is taken over from a lost node", work.live.auth_id);
        let step = self.advance(&mut work, Input::Lost).await?;
        self.follow(work, step).await
    }

    async fn follow(&self, mut work: Work<'_>, first: Step) -> Result<Attempt, SwitchboardError> {
        let mut step = first;
        loop {
            step = match step {
                Step::Speak(turn) => return self.speak(work, *turn).await,
                Step::End(farewell) => return self.end(work, *farewell).await,
                Step::Perform(effect) => {
                    if work.claim.is_none() && !self.claim(&mut work).await? {
                        return Ok(Attempt::Again);
                    }
                    let span = info_span!("effect", name = effect.name());
                    let Some(outcome) = Box::pin(self.perform(&mut work, effect)).instrument(span).await? else {
                        return Ok(Attempt::Again);
                    };
                    self.advance(&mut work, Input::Performed(outcome)).await?
                }
            };
        }
    }

    async fn advance(&self, work: &mut Work<'_>, input: Input) -> Result<Step, SwitchboardError> {
        let now = self.store.now().await?;
        let standing = std::mem::take(&mut work.live.state);
        let known = Known { live: &work.live, tenant: work.tenant, now };
        let Advance { state, step, trail } = advance(&work.edition.book, &known, standing, input);
        self.tell(trail);
        work.live.state = state;
        Ok(step)
    }

    /// Claims the turn before anything is done outside; `false` when somebody else was quicker.
    async fn claim(&self, work: &mut Work<'_>) -> Result<bool, SwitchboardError> {
        let id = ClaimId(self.chance.bytes());
        match self.store.claim(work.key, work.turn, Claim { id, lease: LEASE }).await? {
            Claimed::Taken { row, .. } if row.revision == work.revision => {
                work.claim = Some(id);
                Ok(true)
            }
            // The call was saved between our read and our claim: what we computed is of yesterday. Let go and look again.
            Claimed::Taken { row, .. } => {
                let next = Next { turn: row.turn, body: row.body, claim: None, ended: row.ended_at.is_some() };
                self.store.save(work.key, Guard::HeldBy(id), next, Vec::new()).await?;
                Ok(false)
            }
            Claimed::Busy(_) | Claimed::OtherTurn(_) | Claimed::Unknown => Ok(false),
        }
    }

    /// Saves what is about to be done, the claim kept; `false` when the claim is lost.
    pub(super) async fn commit_intent(&self, work: &mut Work<'_>) -> Result<bool, SwitchboardError> {
        let Some(id) = work.claim else { return Ok(false) };
        let mut live = Live::clone(&work.live);
        live.state.entry = None;
        let body = self.row(work.key, CallBody::Live(Arc::new(live)));
        let next = Next { turn: work.turn, body, claim: Some(Claim { id, lease: LEASE }), ended: false };
        let saved = self.store.save(work.key, Guard::HeldBy(id), next, Vec::new()).await?;
        work.revision += i64::from(saved);
        Ok(saved)
    }

    async fn speak(&self, mut work: Work<'_>, mut turn: Turn) -> Result<Attempt, SwitchboardError> {
        let (key, guard, number, revision) = (work.key, work.guard(), work.turn + 1, work.revision);
        if let Act::Transfer(transfer) = &mut turn.act {
            transfer.results = work.live.results_so_far(self.store.now().await?).told();
        }
        let turn = Arc::new(turn);
        work.live.turn = Some(Arc::clone(&turn));
        work.live.state.entry = None;
        let live: Arc<Live> = work.live.into();
        let next = Next { turn: number, body: self.row(key, CallBody::Live(Arc::clone(&live))), claim: None, ended: false };
        let saved = self.store.save(key, guard, next, Vec::new()).await?;
        debug!(auth_id = live.auth_id, turn = number, saved, "call {} asks", live.auth_id);
        if !saved {
            return Ok(Attempt::Again);
        }
        self.recent.keep(key, Served { turn: number, revision: revision + 1, live });
        Ok(Attempt::Answered(Page::Turn { number, turn }, work.edition))
    }

    async fn end(&self, work: Work<'_>, farewell: Farewell) -> Result<Attempt, SwitchboardError> {
        let now = self.store.now().await?;
        let proof = work.live.verification.proof.clone();
        let results = Results::of(&farewell, &work.live.auth_id, proof.as_ref());
        let record = record::record(&work.live, work.edition.rules().unwrap_or(&Rules::default()), &results, now);
        let ended = Arc::new(Ended { at: now, say: farewell.say, language: farewell.language, results });
        let body = self.row(work.key, CallBody::Ended(Arc::clone(&ended)));
        let next = Next { turn: work.turn + 1, body, claim: None, ended: true };
        if !self.store.save(work.key, work.guard(), next, vec![record]).await? {
            return Ok(Attempt::Again);
        }
        metrics::ended(&work.live.call, &ended.results);
        let Results { status, path, reason, .. } = &ended.results;
        info!(auth_id = work.live.auth_id, status, path, reason, "call {} ends: {status}, {path}, {reason}", work.live.auth_id);
        Ok(Attempt::Answered(goodbye(&ended), work.edition))
    }

    pub(super) async fn read_note<N: serde::de::DeserializeOwned + Default>(&self, about: notes::About<'_>) -> Result<N, SwitchboardError> {
        notes::read(self.store.as_ref(), about.key(&self.key)).await
    }
}

impl Work<'_> {
    fn missing_input(&self) -> Option<&str> {
        let frame = self.live.state.frame()?;
        self.edition.root()?.flow.missing_inputs(frame).first().copied()
    }

    /// The page of the turn that is awaited, once more.
    fn repeated(self) -> Attempt {
        Attempt::Answered(current_page(&self.live, self.turn), self.edition)
    }

    fn guard(&self) -> Guard {
        match self.claim {
            Some(id) => Guard::HeldBy(id),
            None => Guard::Unchanged { revision: self.revision },
        }
    }
}

/// Whether the input says nothing on this page: only a page that holds the caller asks how it goes on.
fn is_garbled(input: &TurnInput, live: &Live) -> bool {
    let holds = live.turn.as_ref().is_some_and(|turn| turn.holds());
    match input {
        TurnInput::Garbled => true,
        TurnInput::Waited => !holds,
        TurnInput::Transferred(_) => holds,
        TurnInput::Begin(_) | TurnInput::Keys(_) | TurnInput::Silence | TurnInput::NoMatch | TurnInput::HungUp => false,
    }
}

fn failed_farewell(reason: &str, language: &str) -> Farewell {
    Farewell {
        path: "error".to_owned(),
        verdict: Verdict::Unavailable,
        reason: reason.to_owned(),
        say: vec![apology(language)],
        language: language.to_owned(),
        outputs: serde_json::Map::new(),
    }
}
