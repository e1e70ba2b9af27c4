//! One value of the configuration, read as the type that is asked for.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::nearest;
use crate::secret::SecretText;

use super::place::Place;
use super::reading::Reading;

/// A value with its name and place.
///
/// A text from outside (the environment, `env:NAME`, `file:PATH`) may stand for a value of any type: it has no other way.
pub(super) struct Item<'r> {
    reading: &'r Reading<'r>,
    name: String,
    key: Range<usize>,
    value: &'r Spanned<DeValue<'r>>,
}

impl<'r> Item<'r> {
    pub(super) fn new(reading: &'r Reading<'r>, name: String, key: Range<usize>, value: &'r Spanned<DeValue<'r>>) -> Self {
        Self { reading, name, key, value }
    }

    /// Full name of the key.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where the key stands.
    pub(super) fn key_span(&self) -> Range<usize> {
        self.key.clone()
    }

    /// Where the value stands.
    pub(super) fn place(&self) -> Place {
        self.reading.place(&self.value.span())
    }

    /// Notes what is wrong with the value.
    pub(super) fn complain(&self, what: impl Display, help: impl Into<String>) {
        self.reading.complain(&self.value.span(), format!("`{}` {what}", self.name), help);
    }

    /// A text that may be shown.
    pub(super) fn text(&self) -> Option<String> {
        self.reading.source().reveal(&self.value.span());
        self.hidden_text()
    }

    /// A text that may not be shown, and is not empty when it refers to something.
    pub(super) fn secret(&self) -> Option<SecretText> {
        let text = self.hidden_text()?;
        if text.is_empty() && self.refers() {
            self.complain("is empty", "let it refer to something, or write the value in its place");
            return None;
        }
        Some(SecretText::new(text))
    }

    /// A text that `T` can be read from; `what` says what it should be, by an example.
    pub(super) fn parsed<T: FromStr>(&self, what: &str, example: &str) -> Option<T> {
        let text = self.text()?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.complain(format_args!("is not {what}"), format!("write it like {example}"));
        }
        parsed
    }

    /// A path, below the configuration's folder.
    pub(super) fn path(&self) -> Option<PathBuf> {
        Some(self.reading.path(&self.text()?))
    }

    /// A whole number within bounds.
    pub(super) fn number<T: Copy + PartialOrd + Display + TryFrom<i64>>(&self, bounds: RangeInclusive<T>) -> Option<T> {
        self.reading.source().reveal(&self.value.span());
        let wanted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number: Option<i64> = match self.value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => self.outside(&wanted)?.trim().parse().ok(),
        };
        let within = number.and_then(|number| T::try_from(number).ok()).filter(|number| bounds.contains(number));
        match (number, within) {
            (_, Some(_)) => {}
            (Some(_), None) => self.complain("is out of bounds", format!("write {wanted}")),
            (None, None) => self.complain("is no whole number", format!("write {wanted}")),
        }
        within
    }

    /// `true` or `false`.
    pub(super) fn switch(&self) -> Option<bool> {
        if let DeValue::Boolean(switch) = self.value.get_ref() {
            return Some(*switch);
        }
        self.reading.source().reveal(&self.value.span());
        let wanted = "true or false";
        let switch = self.outside(wanted)?.trim().to_ascii_lowercase().parse().ok();
        if switch.is_none() {
            self.complain("is no switch", format!("write {wanted}"));
        }
        switch
    }

    /// One of the named values, whatever the case.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)).map(|(_, value)| *value);
        if chosen.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let meant = nearest(&text, names.iter().copied()).map(|name| format!("did you mean \"{name}\"?"));
            let all = names.join(", ");
            self.complain(format_args!("is none of: {all}"), meant.unwrap_or_else(|| format!("write one of: {all}")));
        }
        chosen
    }

    /// The texts of a list; from outside they are parted by commas.
    pub(super) fn parsed_list<T: FromStr>(&self, what: &str, example: &str) -> Vec<T> {
        if let DeValue::Array(_) = self.value.get_ref() {
            let elements = self.elements("a list");
            elements.iter().for_each(|element| self.reading.source().reveal(&element.value.span()));
            return elements.iter().filter_map(|element| element.parsed(what, example)).collect();
        }
        self.reading.source().reveal(&self.value.span());
        let Some(text) = self.outside("a list") else {
            return Vec::new();
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let (good, bad): (Vec<_>, Vec<_>) = parts.map(|part| part.parse().ok()).partition(Option::is_some);
        if !bad.is_empty() {
            self.complain(format_args!("has a part that is not {what}"), format!("write all of them like {example}, parted by commas"));
        }
        good.into_iter().flatten().collect()
    }

    /// The elements of a list, which bear its name and their number.
    pub(super) fn elements(&self, wanted: &str) -> Vec<Item<'r>> {
        let DeValue::Array(array) = self.value.get_ref() else {
            self.complain_type(wanted);
            return Vec::new();
        };
        let element = |(number, value): (usize, &'r Spanned<DeValue<'r>>)| {
            Item::new(self.reading, format!("{}[{number}]", self.name), value.span(), value)
        };
        array.iter().enumerate().map(element).collect()
    }

    /// The table that this is, or a finding.
    pub(super) fn table(&self) -> Option<&'r DeTable<'r>> {
        let table = self.value.get_ref().as_table();
        if table.is_none() {
            self.complain_type("a table");
        }
        table
    }

    /// The value as it is, with the texts that it refers to.
    pub(super) fn value(&self) -> Option<toml::Value> {
        self.reading.source().reveal(&self.value.span());
        Some(match self.value.get_ref() {
            DeValue::String(_) if self.is_outside() => typed(self.text()?),
            DeValue::String(_) => toml::Value::String(self.text()?),
            DeValue::Integer(_) => toml::Value::Integer(self.number(i64::MIN..=i64::MAX)?),
            DeValue::Float(float) => toml::Value::Float(float.as_str().parse().ok()?),
            DeValue::Boolean(switch) => toml::Value::Boolean(*switch),
            DeValue::Datetime(date) => toml::Value::Datetime(*date),
            DeValue::Array(_) => toml::Value::Array(self.elements("a list").iter().filter_map(Item::value).collect()),
            DeValue::Table(table) => toml::Value::Table(self.values(table)),
        })
    }

    fn values(&self, table: &'r DeTable<'r>) -> toml::Table {
        let inner = |(key, value): (&'r Spanned<_>, &'r Spanned<DeValue<'r>>)| {
            let key: &Spanned<toml::de::DeString<'r>> = key;
            let item = Item::new(self.reading, format!("{}.{key}", self.name), key.span(), value);
            Some((key.get_ref().to_string(), item.value()?))
        };
        table.iter().filter_map(inner).collect()
    }

    fn hidden_text(&self) -> Option<String> {
        let DeValue::String(written) = self.value.get_ref() else {
            self.complain_type("text");
            return None;
        };
        match self.reading.refer(written) {
            None => Some(written.to_string()),
            Some(Ok(text)) => Some(text),
            Some(Err(fault)) => {
                self.reading.source().reveal(&self.value.span());
                self.complain(format_args!("is missing: {fault}"), "set it before the start, or write the value in its place");
                None
            }
        }
    }

    /// The text from outside that stands for another type; anything else is of the wrong type.
    fn outside(&self, wanted: &str) -> Option<String> {
        if self.is_outside() {
            return self.hidden_text();
        }
        self.complain_type(wanted);
        None
    }

    fn is_outside(&self) -> bool {
        self.refers() || self.reading.source().is_environment(&self.value.span())
    }

    fn refers(&self) -> bool {
        self.value.get_ref().as_str().is_some_and(|text| text.starts_with("env:") || text.starts_with("file:"))
    }

    fn complain_type(&self, wanted: &str) {
        let is = match self.value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.complain(format_args!("is {is}"), format!("write {wanted}"));
    }
}

/// What a text from outside stands for where nobody says which type belongs there.
fn typed(text: String) -> toml::Value {
    match (text.parse::<i64>(), text.parse()) {
        (Ok(number), _) if number.to_string() == text => toml::Value::Integer(number),
        (_, Ok(switch)) => toml::Value::Boolean(switch),
        (_, Err(_)) => toml::Value::String(text),
    }
}
