//! The recordings that ship: every prompt of the shipped flows is said by them alone, in both languages, and `callward prompts` says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use callward::audio::{self, Meter};
use callward::browser::{Phrase, SayAs, Sound, Spoken, Style};
use callward::flow::{Flow, Kind, Part, Template};
use callward::voice::{Recorded, Said, Speak, Speaker, Speech};

const FLOWS: [(&str, &str); 3] = [
    ("two-factor", include_str!("../../flows/two-factor.yaml")),
    ("consent", include_str!("../../flows/consent.yaml")),
    ("front-door", include_str!("../../flows/front-door.yaml")),
];

/// What the variables of prompts hold in one call.
struct Values {
    digits: &'static str,
    count: &'static str,
    key: &'static str,
    app: &'static str,
}

#[tokio::test]
async fn every_prompt_of_the_shipped_flows_is_recorded_in_both_languages() {
    let speaker = speaker();
    let calls = [
        Values { digits: "6", count: "4", key: "1", app: "your authenticator app" },
        Values { digits: "6 to 8", count: "0", key: "3", app: "Google Authenticator" },
    ];
    let mut said = 0;
    for (name, text) in FLOWS {
        let flow = Flow::read(text).unwrap();
        for language in ["en", "es"] {
            for (id, wording) in wordings(&flow, language) {
                for values in &calls {
                    let spoken = spoken(&flow, language, wording, values);
                    let Said { sounds, unsaid } = speaker.say(&Speech::of(&spoken, language, |_| None)).await;
                    assert!(unsaid.is_empty(), "{name} {language} {id}: nobody says {unsaid:?} of {spoken:?}");
                    assert!(audio::Sound::joined(&sounds).duration() > Duration::from_millis(300), "{name} {language} {id}");
                    said += 1;
                }
            }
        }
    }
    assert!(said > 200, "{said}");
}

#[tokio::test]
async fn dates_times_money_and_numbers_are_recorded() {
    let speaker = speaker();
    let kinds = [
        ("date", "20261122"),
        ("date", "19050101"),
        ("time", "1530h"),
        ("time", "0005a"),
        ("currency", "USD1,234.21"),
        ("currency", "GBP1.01"),
        ("currency", "EUR521"),
        ("number", "-1001001.5"),
        ("telephone", "+49 30 901820"),
        ("digits", "0123456789*#"),
        ("characters", "abcdefghijklmnopqrstuvwxyz"),
    ];
    for language in ["en", "es"] {
        for (kind, text) in kinds {
            let say_as = SayAs { interpret_as: kind.into(), format: None, detail: None };
            let phrase = words(text, Style { say_as: Some(say_as), ..Style::default() });
            let spoken = Spoken { text: text.into(), sounds: vec![phrase], bargein: true, lang: Some(language.into()) };

            let said = speaker.say(&Speech::of(&spoken, "en", |_| None)).await;

            assert!(said.unsaid.is_empty(), "{language} {kind} {text}: {:?}", said.unsaid);
        }
    }
}

#[tokio::test]
async fn recordings_are_at_one_level_and_join_without_a_click() {
    let said = speaker().say(&Speech::plain("I have sent a 6-digit code to your e-mail address. Enter it on your keypad.", "en")).await;

    let (sound, mut meter) = (audio::Sound::joined(&said.sounds), Meter::default());
    meter.hear(sound.samples());
    let level = meter.read();
    assert!((-26.0..-16.0).contains(&level.mean), "{level:?}");
    let largest = sound.samples().windows(2).map(|pair| pair[0].abs_diff(pair[1])).max().unwrap();
    assert!(largest < 20_000, "{largest}");
}

#[test]
fn no_recording_is_missing_stale_or_orphaned() {
    let output = prompts(&["check"], Path::new(env!("CARGO_MANIFEST_DIR")));

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn what_is_missing_stale_or_orphaned_is_named_scripted_and_taken_from_an_actor() {
    let house = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &[u8]| {
        let path = house.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let recording = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("audio/en/words/7.wav")).unwrap();
    write("flows/consent.yaml", include_bytes!("../../flows/consent.yaml"));
    write("audio/en/consent/consent.no.1.wav", &recording);
    write("audio/en/old.wav", &recording);
    write("audio/en/index.tsv", b"file\ttext\nconsent/consent.no.1.wav\tFine. Nothing changes for you.\n");
    write("studio/en/consent/consent.no.1.wav", &recording);

    let checked = prompts(&["check", "--language", "en"], house.path());
    let script = prompts(&["script", "--language", "en", "--missing", "--format", "csv"], house.path());
    let taken = prompts(&["render", "--language", "en", "--from", "studio", "--prune"], house.path());
    let again = prompts(&["check", "--language", "en"], house.path());

    let (checked, script) = (text(&checked), text(&script));
    assert!(checked.contains("stale: audio/en/consent/consent.no.1.wav: All right. Nothing changes for you."), "{checked}");
    assert!(checked.contains("missing: audio/en/consent/consent.yes.1.wav"), "{checked}");
    assert!(checked.contains("orphaned: audio/en/old.wav"), "{checked}");
    assert!(script.contains("\"en/consent/consent.no.1.wav\",\"All right. Nothing changes for you.\",\"\""), "{script}");
    assert_eq!(taken.status.code(), Some(1), "some are still missing");
    let again = text(&again);
    assert!(!again.contains("consent.no.1.wav") && !again.contains("orphaned"), "{again}");
}

fn speaker() -> Speaker {
    Speaker::new(vec![Arc::new(Recorded::shipped().unwrap())])
}

/// The wordings that are said and not sent.
fn wordings<'f>(flow: &'f Flow, language: &str) -> Vec<(&'f str, &'f Template)> {
    let messages: Vec<String> = flow
        .steps
        .values()
        .filter_map(|step| match &step.kind {
            Kind::SendCode(send) => Some(format!("{}.", send.message.text)),
            _ => None,
        })
        .collect();
    let table: &BTreeMap<_, _> = &flow.prompts.tables[language];
    let is_said = |id: &str| !messages.iter().any(|family| id.starts_with(family));
    table
        .iter()
        .filter(|(id, _)| is_said(id))
        .flat_map(|(id, prompt)| prompt.wordings.iter().map(move |wording| (id.as_str(), wording)))
        .collect()
}

/// A prompt as the browser gives it out: words, and the pauses between digits.
fn spoken(flow: &Flow, language: &str, wording: &Template, values: &Values) -> Spoken {
    let pieces = filled(flow, language, wording, values);
    let sounds = pieces.split('|').flat_map(|text| [words(text, Style::default()), Sound::Pause(Duration::from_millis(400))]);
    Spoken { text: pieces.replace('|', " "), sounds: sounds.collect(), bargein: true, lang: Some(language.to_owned()) }
}

fn words(text: &str, style: Style) -> Sound {
    Sound::Words(Phrase { words: text.to_owned(), style: Arc::new(style) })
}

/// The text, with `|` where a break stands.
fn filled(flow: &Flow, language: &str, wording: &Template, values: &Values) -> String {
    let line = |id: &str| flow.prompts.find(language, id).map(|(_, prompt)| filled(flow, language, &prompt.wordings[0], values));
    let digits = if language == "es" { values.digits.replace("to", "a") } else { values.digits.to_owned() };
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Choices => ["menu.email", "menu.sms", "language.this"].into_iter().filter_map(line).collect::<Vec<_>>().join(" "),
        Part::Key => values.key.to_owned(),
        Part::EntryCount => values.count.to_owned(),
        Part::Code => unreachable!("a code is never said"),
        Part::Value { root, member, .. } => match (root.as_str(), member.as_str()) {
            ("code", "digits") => digits.clone(),
            ("method", "mask") => "2|1".to_owned(),
            ("method", "target") => line("target.sms").unwrap(),
            ("settings", "prompt_wording") => values.app.to_owned(),
            other => panic!("{other:?} has no typical value yet"),
        },
    };
    wording.parts.iter().map(part).collect()
}

fn prompts(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callward")).arg("prompts").args(arguments).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}
