//! A table of the configuration, asked for its keys by name; what was never asked for is unknown.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::item::Item;
use super::reading::{Reading, Unknown};
use crate::secret::SecretText;

/// A table, or the place where one would be.
pub(super) struct Section<'r> {
    reading: &'r Reading<'r>,
    name: String,
    table: Option<&'r DeTable<'r>>,
    span: Range<usize>,
    asked: RefCell<BTreeSet<&'r str>>,
}

impl<'r> Section<'r> {
    /// The whole configuration.
    pub(super) fn root(reading: &'r Reading<'r>, table: &'r DeTable<'r>) -> Self {
        Self::of(reading, String::new(), Some(table), 0..0)
    }

    fn of(reading: &'r Reading<'r>, name: String, table: Option<&'r DeTable<'r>>, span: Range<usize>) -> Self {
        Self { reading, name, table, span, asked: RefCell::default() }
    }

    /// Full name of a key of this section.
    pub(super) fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Whether the configuration has this section.
    pub(super) fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// The value of a key.
    pub(super) fn item(&self, key: &str) -> Option<Item<'r>> {
        self.reading.know(self.full_name(key));
        let (key, value) = self.find(key)?;
        Some(self.item_of(key, value))
    }

    /// The section below a key.
    pub(super) fn section(&self, key: &str) -> Section<'r> {
        match self.item(key) {
            Some(item) => self.open(&item),
            None => Self::of(self.reading, self.full_name(key), None, self.span.clone()),
        }
    }

    /// All sections below a key whose names are free.
    pub(super) fn named_sections(&self, key: &str) -> Vec<(String, Section<'r>)> {
        self.section(key).items().into_iter().map(|(name, item)| (name, self.open(&item))).collect()
    }

    /// The sections of a list.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'r>> {
        let elements = self.item(key).map(|item| item.elements("a list of tables")).unwrap_or_default();
        elements.iter().map(|element| self.open(element)).collect()
    }

    /// All keys of a section whose names are free, with their values.
    pub(super) fn items(&self) -> Vec<(String, Item<'r>)> {
        let entries = self.table.into_iter().flatten();
        let item = |(key, value): (&'r Spanned<DeString<'r>>, &'r Spanned<DeValue<'r>>)| {
            self.asked.borrow_mut().insert(key.get_ref().as_ref());
            (key.get_ref().to_string(), self.item_of(key, value))
        };
        entries.map(item).collect()
    }

    /// A text, if there is one.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.item(key)?.text()
    }

    /// A secret text, if there is one.
    pub(super) fn secret(&self, key: &str) -> Option<SecretText> {
        self.item(key)?.secret()
    }

    /// The value of a key that has to be there; a finding when it is not.
    pub(super) fn needed(&self, key: &str) -> Option<Item<'r>> {
        let item = self.item(key);
        if item.is_none() {
            self.complain(format!("`{}` is missing", self.full_name(key)), format!("write `{key}` in this table"));
        }
        item
    }

    /// A whole number within bounds.
    pub(super) fn number<T: Copy + PartialOrd + Display + TryFrom<i64>>(&self, key: &str, default: T, bounds: RangeInclusive<T>) -> T {
        self.item(key).and_then(|item| item.number(bounds)).unwrap_or(default)
    }

    /// `true` or `false`.
    pub(super) fn switch(&self, key: &str, default: bool) -> bool {
        self.item(key).and_then(|item| item.switch()).unwrap_or(default)
    }

    /// One of the named values, whatever the case.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.item(key)?.choice(choices)
    }

    /// Notes what is wrong with the section as a whole.
    pub(super) fn complain(&self, message: impl Into<String>, help: impl Into<String>) {
        self.reading.complain(&self.span, message, help);
    }

    /// Notes what is wrong with the value below `path`, or with the section when it is not written.
    pub(super) fn complain_at(&self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        let mut span = self.span.clone();
        let mut table = self.table;
        for key in path.split('.') {
            let Some((key, value)) = table.and_then(|table| lookup(self.reading, table, key)) else {
                break;
            };
            table = value.get_ref().as_table();
            span = if table.is_some() { key.span() } else { value.span() };
        }
        self.reading.complain(&span, message, help);
    }

    fn find(&self, key: &str) -> Option<Entry<'r>> {
        let found = lookup(self.reading, self.table?, key)?;
        self.asked.borrow_mut().insert(found.0.get_ref().as_ref());
        Some(found)
    }

    fn item_of(&self, key: &'r Spanned<DeString<'r>>, value: &'r Spanned<DeValue<'r>>) -> Item<'r> {
        Item::new(self.reading, self.full_name(key.get_ref()), key.span(), value)
    }

    fn open(&self, item: &Item<'r>) -> Section<'r> {
        Self::of(self.reading, item.name().to_owned(), item.table(), item.key_span())
    }
}

/// A key with its value.
type Entry<'r> = (&'r Spanned<DeString<'r>>, &'r Spanned<DeValue<'r>>);

/// The entry of this name; a key from the environment bears it in any case.
fn lookup<'r>(reading: &Reading<'_>, table: &'r DeTable<'r>, name: &str) -> Option<Entry<'r>> {
    table.get_key_value(name).or_else(|| {
        let from_environment = |key: &Spanned<DeString<'_>>| reading.source().is_environment(&key.span());
        table.iter().find(|(key, _)| from_environment(key) && key.get_ref().eq_ignore_ascii_case(name))
    })
}

/// Who lets go of a section has asked it for all that he knows.
impl Drop for Section<'_> {
    fn drop(&mut self) {
        let asked = self.asked.borrow();
        for key in self.table.into_iter().flat_map(DeTable::keys).filter(|key| !asked.contains(key.get_ref().as_ref())) {
            self.reading.doubt(Unknown { section: self.name.clone(), name: key.get_ref().to_string(), span: key.span() });
        }
    }
}
