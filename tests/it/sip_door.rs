//! The third door of the rehearsal: the transcripts that pass over HTTP are played by telephone, over UDP on loopback, in virtual time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use callward::finding::Source;
use callward::flow::Flow;
use callward::rehearsal::{CaseOutcome, Door, Flows, KeysBy, Moment, Network, SipLine, Transcript, rehearse};

/// Telephones as they are, in a house without noise.
const GOOD: SipLine = SipLine { network: Network::Good, keys: KeysBy::Events };

/// All that is shipped, and codes that the customer's services make.
const ALL: [&str; 5] = ["two-factor", "front-door", "consent", "appointment-reminder", "external"];

#[tokio::test(start_paused = true)]
async fn every_transcript_comes_true_by_telephone_and_tells_what_the_others_tell() {
    for name in ["two-factor", "front-door", "consent"] {
        compare(name, GOOD).await;
    }
}

#[tokio::test(start_paused = true)]
async fn keys_by_info_are_as_good() {
    compare("external", SipLine { keys: KeysBy::Info, ..GOOD }).await;
}

/// Its calendar is asked every half second while the caller listens, which takes time by telephone: it is asked more often than offline.
#[tokio::test(start_paused = true)]
async fn a_wait_that_goes_on_by_itself_comes_to_the_same() {
    come_to_the_same("appointment-reminder", GOOD).await;
}

#[tokio::test(start_paused = true)]
async fn all_transcripts_come_to_the_same_over_a_network_that_loses_doubles_delays_and_overtakes() {
    for name in ALL {
        come_to_the_same(name, SipLine { network: Network::Bad { seed: 1 }, keys: KeysBy::Events }).await;
    }
}

#[tokio::test(start_paused = true)]
async fn keys_by_info_are_as_good_over_such_a_network() {
    for name in ALL {
        come_to_the_same(name, SipLine { network: Network::Bad { seed: 2 }, keys: KeysBy::Info }).await;
    }
}

/// By telephone and offline the same is told.
async fn compare(name: &str, line: SipLine) {
    let (told, shown) = (play(name, Door::Offline).await, play(name, Door::OverSip(line)).await);
    for (told, shown) in told.iter().zip(&shown) {
        let (told_acts, shown_acts) = (acts(told), acts(shown));
        assert_eq!(told_acts.len(), shown_acts.len(), "{}", told.name);
        for (told_act, shown_act) in told_acts.iter().zip(&shown_acts) {
            assert!(agree(told_act, shown_act), "{}: {told_act:#?}\nby telephone: {shown_act:#?}", told.name);
        }
    }
}

/// By telephone and offline a call comes to the same: the same is done, it ends in the same way, and nothing else is said. When each of
/// it happens, and how often a page asks by itself, is up to the time that sound and messages take.
async fn come_to_the_same(name: &str, line: SipLine) {
    let (told, shown) = (play(name, Door::Offline).await, play(name, Door::OverSip(line)).await);
    let sayable: BTreeSet<String> = told.iter().flat_map(|case| case.conversation.iter().filter_map(prompt)).collect();
    for (told, shown) in told.iter().zip(&shown) {
        let heard: BTreeSet<String> = shown.conversation.iter().filter_map(prompt).collect();
        let said: BTreeSet<String> = acts(told).iter().flat_map(|act| said_whole(act)).collect();
        assert_eq!(done(&shown.conversation), done(&told.conversation), "{} over {line:?}", told.name);
        assert!(said.is_subset(&heard), "{} over {line:?}: {said:#?}\nby telephone: {heard:#?}", told.name);
        assert!(heard.is_subset(&sayable), "{} over {line:?}: {heard:#?}\nis more than is said anywhere: {sayable:#?}", told.name);
    }
}

fn prompt(moment: &Moment) -> Option<String> {
    if let Moment::Heard(heard) = moment { Some(heard.text.clone()) } else { None }
}

/// The prompts of an act that no key cuts short: all of them, but behind several keys only the last.
fn said_whole(act: &[Moment]) -> Vec<String> {
    let said: Vec<String> = act.iter().filter_map(prompt).collect();
    let first = if is_cut(act) { said.len().saturating_sub(1) } else { 0 };
    said[first..].to_vec()
}

/// What was done outside of the call, each once, and how it ended.
fn done(conversation: &[Moment]) -> BTreeSet<String> {
    let done = |moment: &Moment| match moment {
        Moment::Asked { service, .. } => Some(service.clone()),
        Moment::Received { .. } | Moment::Written(_) | Moment::Transferred(_) | Moment::Ended(_) => Some(moment.to_string()),
        Moment::Called { .. } | Moment::Pressed(_) | Moment::Silent(_) | Moment::HungUp | Moment::Passed(_) | Moment::Heard(_) => None,
    };
    conversation.iter().filter_map(done).collect()
}

/// Whether an act presses keys ahead of what is said to the first of them.
fn is_cut(act: &[Moment]) -> bool {
    matches!(act.first(), Some(Moment::Pressed(keys)) if keys.len() > 1)
}

/// Plays a transcript that must come true.
async fn play(name: &str, door: Door) -> Vec<CaseOutcome> {
    let path = house().join(format!("fixtures/calls/{name}.call"));
    let source = Source { path: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() };
    let outcomes = rehearse(&shipped(), &Transcript::read(&source.text).unwrap(), door).await;
    let failures: Vec<String> = outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| outcome.render(&source, false)).collect();
    assert!(failures.is_empty(), "{door:?}\n{}", failures.join("\n\n"));
    outcomes
}

/// The moments of a case, from act to act of the caller.
fn acts(outcome: &CaseOutcome) -> Vec<Vec<Moment>> {
    let mut acts: Vec<Vec<Moment>> = Vec::new();
    for moment in &outcome.conversation {
        let is_act = matches!(moment, Moment::Called { .. } | Moment::Pressed(_) | Moment::Silent(_) | Moment::HungUp);
        match acts.last_mut().filter(|_| !is_act) {
            Some(act) => act.push(moment.clone()),
            None => acts.push(vec![moment.clone()]),
        }
    }
    acts
}

/// What happens in an act is the same. More may be done while something is said, since that takes time by telephone; and keys that
/// are pressed ahead cut short what is said to the first of them.
fn agree(told: &[Moment], shown: &[Moment]) -> bool {
    let said = |act: &[Moment]| act.iter().filter(|moment| matches!(moment, Moment::Heard(_))).map(ToString::to_string).collect::<Vec<_>>();
    let done =
        |act: &[Moment]| act.iter().filter(|moment| !matches!(moment, Moment::Heard(_))).map(ToString::to_string).collect::<Vec<_>>();
    let mut rest = said(told).into_iter();
    let heard = said(shown);
    let are_in_order = heard.iter().all(|heard| rest.any(|told| told == *heard));
    done(told) == done(shown) && are_in_order && (is_cut(told) || heard.len() == said(told).len())
}

fn shipped() -> Flows {
    let folder = std::fs::read_dir(house().join("flows")).unwrap().map(|entry| entry.unwrap().path());
    let files = folder.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let flow = |path: &Path| Arc::new(Flow::read(&std::fs::read_to_string(path).unwrap()).unwrap());
    files.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), flow(&path))).collect()
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
