//! A variable that is read where no road to it has written it.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::finding::Finding;
use crate::flow::{Expression, FlowStep, Kind, Located, Part, Spoken, Way};

use super::roads::Roads;

type Written<'f> = BTreeSet<&'f str>;

pub(super) fn check(roads: &Roads<'_>) -> Vec<Finding> {
    let before = written_before(roads);
    let mut unwritten: Vec<(String, Range<usize>)> = Vec::new();
    for number in roads.within_reach() {
        let (Some((step, ways)), Some(written)) = (roads.steps.get(number), before.get(number)) else { continue };
        unwritten.extend(read_by_step(roads, step).into_iter().filter(|(name, _)| !has(written, step, name)));
        let after: Written<'_> = written.iter().copied().chain(step.writes()).collect();
        let on_ways = ways.iter().flat_map(|way| read_on_way(roads, way));
        unwritten.extend(on_ways.filter(|(name, _)| !after.contains(name.as_str())));
    }
    unwritten.sort_by_key(|(_, span)| span.start);
    unwritten.dedup();
    unwritten.into_iter().map(|(name, span)| finding(&name, span)).collect()
}

fn finding(name: &str, span: Range<usize>) -> Finding {
    Finding::error("unwritten-variable", span, format!("vars.{name} is read here, but no road to this place has written it"))
        .hint(format!("write it before, with `keep: {name}` or `set: {{ {name}: … }}`"))
}

/// Per step, what any road to it may have written; grows until nothing is added.
fn written_before<'f>(roads: &Roads<'f>) -> Vec<Written<'f>> {
    let mut before: Vec<Written<'f>> = vec![BTreeSet::new(); roads.steps.len()];
    let mut grew = true;
    while grew {
        grew = false;
        for (number, (step, ways)) in roads.steps.iter().enumerate() {
            let after: Written<'f> = before.get(number).into_iter().flatten().copied().chain(step.writes()).collect();
            for way in ways {
                let written: Written<'f> = after.iter().copied().chain(written_on(way)).collect();
                for next in roads.steps_at(way) {
                    grew |= before.get_mut(next).is_some_and(|known| add(known, &written));
                }
            }
        }
    }
    before
}

/// Adds names; whether any was not known.
fn add<'f>(known: &mut Written<'f>, written: &Written<'f>) -> bool {
    let length = known.len();
    known.extend(written);
    known.len() > length
}

fn written_on<'f>(way: &Way<'f>) -> impl Iterator<Item = &'f str> {
    way.target.into_iter().flat_map(|target| target.set.iter().map(|(name, _)| name.as_str()))
}

/// A `set` may read what it wrote a line earlier, and the line of a menu what it stands for; what others write, their own
/// expressions cannot read yet.
fn has(written: &Written<'_>, step: &FlowStep, name: &str) -> bool {
    written.contains(name) || (matches!(step.kind, Kind::Set(_) | Kind::Menu(_)) && step.writes().first() == Some(&name))
}

fn read_by_step(roads: &Roads<'_>, step: &FlowStep) -> Vec<(String, Range<usize>)> {
    let expressions = step.expressions().into_iter().flat_map(read_in);
    let prompts = step.spoken().into_iter().flat_map(|spoken| read_in_prompt(roads, &spoken));
    expressions.chain(prompts).collect()
}

fn read_on_way(roads: &Roads<'_>, way: &Way<'_>) -> Vec<(String, Range<usize>)> {
    let Some(target) = way.target else { return Vec::new() };
    let written: Written<'_> = target.set.iter().map(|(name, _)| name.as_str()).collect();
    let said = |place: &Located| read_in_prompt(roads, &Spoken { id: place.text.clone(), place: place.clone() });
    let prompts = target.say.iter().chain(&target.ask).flat_map(said).filter(|(name, _)| !written.contains(name.as_str()));
    target.expressions().flat_map(read_in).chain(prompts).collect()
}

fn read_in(expression: &Expression) -> Vec<(String, Range<usize>)> {
    let names = expression.names().into_iter();
    names.filter(|(root, _)| root == "vars").filter_map(|(_, member)| Some((member?, expression.span.clone()))).collect()
}

fn read_in_prompt(roads: &Roads<'_>, spoken: &Spoken) -> Vec<(String, Range<usize>)> {
    let prompts = roads.flow.prompts.tables.values().filter_map(|table| table.get(&spoken.id));
    let parts = prompts.flat_map(|prompt| &prompt.wordings).flat_map(|wording| &wording.parts);
    parts
        .filter_map(|part| match part {
            Part::Value { root, member, .. } if root == "vars" => Some((member.clone(), spoken.place.span.clone())),
            Part::Value { .. } | Part::Text(_) | Part::Choices | Part::Key | Part::EntryCount | Part::Code => None,
        })
        .collect()
}
