//! The plan in `ARCHITECTURE.md`, held against the code: no arrow up or across, no circles, no giant file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// Most lines of a file, the tests at its foot not counted.
const MOST_LINES: usize = 400;

/// Where the tests at the foot of a file begin.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

static ROOM_MENTIONED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:crate|callward)::([a-z_]+)").unwrap());
static FILE_MENTIONED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bsuper::(?:([a-z_]+)|\{([^}]*)\})").unwrap());
static TEST_FILE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"#\[cfg\(test\)\]\nmod ([a-z_]+);").unwrap());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wing {
    Roof,
    Desk,
    Telephone,
    Cellar,
}

/// Where each room is: its wing, and its floor from the top.
struct Plan(BTreeMap<String, (Wing, usize)>);

/// A file of the house without comments and without the tests at its foot.
struct File {
    path: PathBuf,
    room: String,
    name: String,
    text: String,
}

#[test]
fn the_plan_is_read_from_the_top_down() {
    let plan = Plan::read("```plan\nroof: app\ndesk: web | telephone: line\ndesk: store | telephone:\ncellar: clock\n```");

    for (from, to) in [("app", "line"), ("web", "store"), ("web", "clock"), ("line", "clock")] {
        assert!(plan.allows(from, to), "{from} uses {to}");
    }
    for (from, to) in [("store", "web"), ("web", "line"), ("line", "store"), ("clock", "app"), ("web", "nowhere")] {
        assert!(!plan.allows(from, to), "{from} uses {to}");
    }
}

#[test]
fn every_room_is_in_the_plan() {
    let plan = Plan::of_the_house();

    let missing: BTreeSet<String> = files().into_iter().map(|file| file.room).filter(|room| !plan.0.contains_key(room)).collect();

    assert!(missing.is_empty(), "not in ARCHITECTURE.md's plan: {missing:?}");
}

#[test]
fn no_arrow_runs_up_or_across() {
    let plan = Plan::of_the_house();
    let mut wrong = Vec::new();
    for file in files() {
        let rooms: BTreeSet<&str> = ROOM_MENTIONED.captures_iter(&file.text).map(|found| found.get(1).unwrap().as_str()).collect();
        let forbidden = rooms.into_iter().filter(|room| *room != file.room && !plan.allows(&file.room, room));
        wrong.extend(forbidden.map(|room| format!("{} uses {room}", file.path.display())));
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_room_is_one_use_and_is_named_alone() {
    let wrong: Vec<String> =
        files().iter().filter(|file| file.text.contains("crate::{")).map(|file| file.path.display().to_string()).collect();

    assert!(wrong.is_empty(), "`use crate::{{…}}` in\n{}", wrong.join("\n"));
}

#[test]
fn files_of_a_room_do_not_use_each_other_in_circles() {
    let mut arrows: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for file in files().into_iter().filter(|file| file.name != "mod") {
        let used = files_mentioned(&file);
        arrows.entry(file.room).or_default().insert(file.name, used);
    }

    let circles: Vec<String> = arrows.iter().filter_map(|(room, arrows)| Some(format!("{room}: {}", circle(arrows)?))).collect();

    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn every_file_begins_with_what_it_is_for_and_is_no_giant() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let deep = path.strip_prefix(src()).unwrap().components().count() > 2;
        let first = text.lines().next().unwrap_or_default();
        let says_what = first.starts_with("//! ") && first.len() > "//! ".len();
        let lines = text.split(TESTS).next().unwrap_or_default().lines().count();
        wrong.extend((!says_what).then(|| format!("{} does not begin with a //! sentence", path.display())));
        wrong.extend(deep.then(|| format!("{} lies deeper than src/room/file.rs", path.display())));
        wrong.extend((lines > MOST_LINES).then(|| format!("{} has {lines} lines", path.display())));
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Plan {
    fn of_the_house() -> Self {
        Self::read(&std::fs::read_to_string(house().join("ARCHITECTURE.md")).unwrap())
    }

    fn read(document: &str) -> Self {
        let (_, rest) = document.split_once("```plan\n").expect("ARCHITECTURE.md has a ```plan block");
        let (block, _) = rest.split_once("```").unwrap();
        let mut rooms = BTreeMap::new();
        for (floor, line) in block.lines().enumerate() {
            for part in line.split('|') {
                let (wing, names) = part.split_once(':').unwrap_or_else(|| panic!("no wing in {line}"));
                let wing = Wing::named(wing.trim());
                rooms.extend(names.split_whitespace().map(|name| (name.to_owned(), (wing, floor))));
            }
        }
        Self(rooms)
    }

    /// A room uses what stands below it in its own wing, and the cellar; the roof uses everything below it.
    fn allows(&self, from: &str, to: &str) -> bool {
        let (Some((wing, floor)), Some((other_wing, other_floor))) = (self.0.get(from), self.0.get(to)) else { return false };
        floor < other_floor && (*wing == Wing::Roof || wing == other_wing || *other_wing == Wing::Cellar)
    }
}

impl Wing {
    fn named(name: &str) -> Self {
        match name {
            "roof" => Wing::Roof,
            "desk" => Wing::Desk,
            "telephone" => Wing::Telephone,
            "cellar" => Wing::Cellar,
            unknown => panic!("{unknown} is no wing"),
        }
    }
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn src() -> PathBuf {
    house().join("src")
}

/// The files of all rooms, those that only tests use left out; `main.rs` is a room of its own, `lib.rs` is none.
fn files() -> Vec<File> {
    sources().into_iter().filter(|path| !path.ends_with("src/lib.rs") && !is_for_tests(path)).map(File::read).collect()
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_for_tests(path: &Path) -> bool {
    let door = std::fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let name = path.file_stem().unwrap().to_str().unwrap();
    TEST_FILE.captures_iter(&door).any(|found| &found[1] == name)
}

impl File {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split(TESTS).next().unwrap_or_default();
        let text = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let folder = path.parent().unwrap();
        let room = if folder == src() { name.clone() } else { folder.file_name().unwrap().to_str().unwrap().to_owned() };
        Self { path, room, name, text }
    }
}

/// The other files of the room that a file uses by `super::file` or `super::{file, file}`.
fn files_mentioned(file: &File) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for mention in FILE_MENTIONED.captures_iter(&file.text) {
        let names = mention.get(1).or(mention.get(2)).unwrap().as_str();
        let names = names.split(',').map(|name| name.trim().split("::").next().unwrap_or_default().to_owned());
        found.extend(names.filter(|name| *name != file.name && file.path.with_file_name(format!("{name}.rs")).exists()));
    }
    found
}

/// One circle among the arrows, as `a → b → a`.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|file| walk(file, arrows, &mut Vec::new(), &mut done))
}

fn walk<'a>(
    file: &'a str,
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
    road: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<String> {
    if let Some(start) = road.iter().position(|passed| *passed == file) {
        return Some(format!("{} → {file}", road[start..].join(" → ")));
    }
    if done.contains(file) {
        return None;
    }
    road.push(file);
    let found = arrows.get(file).into_iter().flatten().find_map(|next| walk(next, arrows, road, done));
    road.pop();
    done.insert(file);
    found
}
