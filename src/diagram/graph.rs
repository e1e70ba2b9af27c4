//! A flow as knots and arrows: what the picture shows, before anything has a place.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{By, Flow, FlowStep, Go, Kind, Needs, Place, SettingKind, Way};

/// Longest line of a label, in characters.
const LINE: usize = 34;
/// What stands at steps and ways that no transcript reaches.
const UNTESTED: &str = "untested";

/// What the picture shows.
#[derive(Debug)]
pub(super) struct Graph {
    /// Steps in the order of the file, then exits.
    pub knots: Vec<Knot>,
    pub arrows: Vec<Arrow>,
    /// The knot that a call begins at.
    pub start: usize,
}

/// A step or an exit.
#[derive(Debug)]
pub(super) struct Knot {
    pub name: String,
    /// The kind of step, or what the exit needs.
    pub caption: String,
    /// What people call it, or which outcomes go by `otherwise`.
    pub note: String,
    pub look: Look,
    /// Whether no transcript comes here.
    pub untested: bool,
}

/// How a knot looks; the caption says the same in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Asks the caller.
    Asks,
    /// Speaks or puts through.
    Speaks,
    /// Asks the customer's systems.
    Works,
    /// Decides.
    Decides,
    /// An exit that only success opens.
    Sealed,
    /// The exit to a person.
    Agent,
    /// The exit for faults.
    Fault,
    /// Any other exit.
    Exit,
}

/// All ways from one knot to another that look alike.
#[derive(Debug)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    pub labels: Vec<String>,
    pub failure: bool,
    /// Whether a setting or a service says where it leads; drawn is the default.
    pub by_setting: bool,
    /// Whether no transcript goes this way.
    pub untested: bool,
}

impl Look {
    /// Whether it is an exit.
    pub fn is_exit(self) -> bool {
        match self {
            Look::Sealed | Look::Agent | Look::Fault | Look::Exit => true,
            Look::Asks | Look::Speaks | Look::Works | Look::Decides => false,
        }
    }

    /// Its class in the style.
    pub fn class(self) -> &'static str {
        match self {
            Look::Asks => "asks",
            Look::Speaks => "speaks",
            Look::Works => "works",
            Look::Decides => "decides",
            Look::Sealed => "sealed",
            Look::Agent => "agent",
            Look::Fault => "fault",
            Look::Exit => "exit",
        }
    }
}

impl Graph {
    /// `untested` holds where, in the file, the steps, targets and exits begin that no transcript reaches.
    pub fn of(flow: &Flow, untested: &BTreeSet<usize>) -> Self {
        let mut steps: Vec<&FlowStep> = flow.steps.values().collect();
        steps.sort_by_key(|step| step.id.span.start);
        let mut exits: Vec<_> = flow.exits.values().collect();
        exits.sort_by_key(|exit| exit.name.span.start);
        let names = steps.iter().map(|step| &step.id.text).chain(exits.iter().map(|exit| &exit.name.text));
        let numbers: BTreeMap<&str, usize> = names.enumerate().map(|(number, name)| (name.as_str(), number)).collect();
        let exit_knots =
            exits.iter().map(|exit| exit_knot(&exit.name.text, &exit.label, exit.needs).marked(untested.contains(&exit.name.span.start)));
        let knots =
            steps.iter().map(|step| step_knot(flow, step).marked(untested.contains(&step.id.span.start))).chain(exit_knots).collect();
        let mut arrows: Vec<Arrow> = Vec::new();
        for (from, step) in steps.iter().enumerate() {
            for way in flow.ways(step).iter().filter(|way| way.own) {
                if let Some(to) = destination(flow, way).and_then(|name| numbers.get(name)) {
                    let missed = way.target.map_or(&step.id.span, |target| &target.span).start;
                    add(&mut arrows, Arrow { untested: untested.contains(&missed), ..arrow(step, way, from, *to) });
                }
            }
        }
        arrows.iter_mut().filter(|arrow| arrow.untested).for_each(|arrow| arrow.labels.push(UNTESTED.to_owned()));
        Self { knots, arrows, start: numbers.get(flow.start.text.as_str()).copied().unwrap_or(0) }
    }
}

impl Knot {
    /// Where no transcript comes to it, it says so.
    fn marked(self, untested: bool) -> Self {
        if untested { Self { caption: format!("{} · {UNTESTED}", self.caption), untested, ..self } } else { self }
    }
}

fn step_knot(flow: &Flow, step: &FlowStep) -> Knot {
    let look = match &step.kind {
        Kind::Menu(_) | Kind::YesNo(_) | Kind::Collect(_) | Kind::ChooseMethod(_) => Look::Asks,
        Kind::Say(_) | Kind::Transfer(_) => Look::Speaks,
        Kind::Branch(_) | Kind::Set(_) | Kind::Require(_) | Kind::Return(_) => Look::Decides,
        Kind::Wait(_) => Look::Works,
        Kind::FindMethods(_) | Kind::SendCode(_) | Kind::CheckCode(_) | Kind::ConsentRead(_) => Look::Works,
        Kind::ConsentSet(_) | Kind::WebService(_) | Kind::Call(_) => Look::Works,
    };
    let shared = flow.ways(step).iter().filter(|way| !way.own && matches!(way.by, By::Outcome(_))).count();
    let note = if shared == 0 { String::new() } else { format!("+{shared} otherwise") };
    let caption = match &step.kind {
        Kind::Call(call) => format!("call {}", call.flow.text),
        kind => kind.name().to_owned(),
    };
    Knot { name: step.id.text.clone(), caption, note, look, untested: false }
}

fn exit_knot(name: &str, label: &str, needs: Option<Needs>) -> Knot {
    let (caption, look) = match (needs, name) {
        (Some(Needs::Verified), _) => ("exit · needs verified", Look::Sealed),
        (Some(Needs::Consent), _) => ("exit · needs consent", Look::Sealed),
        (None, "agent") => ("exit · to a person", Look::Agent),
        (None, "error") => ("exit · a fault", Look::Fault),
        (None, _) => ("exit", Look::Exit),
    };
    let note = if label == name { String::new() } else { shorten(label) };
    Knot { name: name.to_owned(), caption: caption.to_owned(), note, look, untested: false }
}

/// The one place that is drawn: a setting's default stands for what tenants choose.
fn destination<'f>(flow: &'f Flow, way: &Way<'f>) -> Option<&'f str> {
    if let Go::Setting(name) = way.go {
        let setting = flow.settings.iter().find(|setting| setting.name.text == name.text)?;
        return match &setting.kind {
            SettingKind::Path { default } => Some(default.as_str()),
            SettingKind::Number { .. } | SettingKind::Text { .. } | SettingKind::Choice { .. } => None,
            SettingKind::Switch { .. } | SettingKind::Service { .. } => None,
        };
    }
    flow.places(way.go).into_iter().next().map(|place| match place {
        Place::Step(name) | Place::Exit(name) => name,
    })
}

fn arrow(step: &FlowStep, way: &Way<'_>, from: usize, to: usize) -> Arrow {
    let failure = match way.by {
        By::Outcome(outcome) => FlowStep::is_failure(outcome),
        By::Any | By::Choice(..) | By::Key(_) | By::Case(_) | By::Return => false,
    };
    let by_setting = matches!(way.go, Go::Setting(_) | Go::AnswerPath);
    let label = if way.used_up { "after that".to_owned() } else { label(step, way) };
    let labels = if label.is_empty() { Vec::new() } else { vec![label] };
    Arrow { from, to, labels, failure, by_setting, untested: false }
}

fn label(step: &FlowStep, way: &Way<'_>) -> String {
    let label = match way.by {
        By::Outcome("done") | By::Return => String::new(),
        By::Outcome(outcome) => outcome.to_owned(),
        By::Any => "any other".to_owned(),
        By::Choice(_, choice) if is_list(step) => format!("each: {}", choice.offer.text),
        By::Choice(key, choice) => format!("{key}: {}", choice.offer.text),
        By::Key(key) => format!("key {}", key_name(key)),
        By::Case(number) => case_label(step, number),
    };
    let label = shorten(&label);
    match way.target.and_then(|target| target.at_most.as_ref()) {
        Some((most, _)) => format!("{label} ({most} times)"),
        None => label,
    }
}

/// Whether the lines of the menu come from a list.
fn is_list(step: &FlowStep) -> bool {
    matches!(&step.kind, Kind::Menu(menu) if menu.each.is_some())
}

fn key_name(key: char) -> String {
    match key {
        '*' => "star".to_owned(),
        '#' => "hash".to_owned(),
        digit => digit.to_string(),
    }
}

fn case_label(step: &FlowStep, number: usize) -> String {
    let Kind::Branch(branch) = &step.kind else { return String::new() };
    let condition = branch.cases.get(number).and_then(|case| case.condition.as_ref());
    let source = |source: &str| source.replace("settings.", "").replace("verification.", "");
    match condition {
        Some((condition, true)) => source(&condition.source),
        Some((condition, false)) => format!("unless {}", source(&condition.source)),
        None if branch.cases.len() == 1 => String::new(),
        None => "else".to_owned(),
    }
}

fn shorten(label: &str) -> String {
    if label.chars().count() <= LINE {
        return label.to_owned();
    }
    label.chars().take(LINE - 1).chain(['…']).collect()
}

/// Ways that look alike share an arrow.
fn add(arrows: &mut Vec<Arrow>, arrow: Arrow) {
    let alike = |known: &&mut Arrow| {
        (known.from, known.to, known.failure, known.by_setting, known.untested)
            == (arrow.from, arrow.to, arrow.failure, arrow.by_setting, arrow.untested)
    };
    match arrows.iter_mut().find(alike) {
        Some(known) => known.labels.extend(arrow.labels.into_iter().filter(|label| label != "after that")),
        None => arrows.push(arrow),
    }
}
