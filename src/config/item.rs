//! One value of the configuration, read as the type that is asked for.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding::{Place, nearest};
use super::reading::Reading;
use crate::secret::SecretText;

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

    /// A text that may not be shown, and is not empty when it comes from outside.
    pub(super) fn secret(&self) -> Option<SecretText> {
        let text = self.hidden_text()?;
        if text.is_empty() && self.is_outside() {
            self.complain("is empty", "a secret from outside has to be there");
            return None;
        }
        Some(SecretText::new(text))
    }

    /// A text that `T` can be read from; `what` says what it should be.
    pub(super) fn parsed<T: FromStr>(&self, what: &str) -> Option<T> {
        let text = self.text()?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.complain(format_args!("is not {what}"), format!("write {what}"));
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
        let number = match self.value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            _ => self.outside(&wanted)?.trim().parse().ok(),
        };
        let number = number.and_then(|number| T::try_from(number).ok()).filter(|number| bounds.contains(number));
        if number.is_none() {
            self.complain(format_args!("is not {wanted}"), format!("write {wanted}"));
        }
        number
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
            self.complain(format_args!("is not {wanted}"), format!("write {wanted}"));
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
    pub(super) fn parsed_list<T: FromStr>(&self, what: &str) -> Vec<T> {
        if let DeValue::Array(_) = self.value.get_ref() {
            let elements = self.elements("a list");
            elements.iter().for_each(|element| self.reading.source().reveal(&element.value.span()));
            return elements.iter().filter_map(|element| element.parsed(what)).collect();
        }
        self.reading.source().reveal(&self.value.span());
        let Some(text) = self.outside("a list") else {
            return Vec::new();
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let (good, bad): (Vec<_>, Vec<_>) = parts.map(|part| part.parse().ok()).partition(Option::is_some);
        if !bad.is_empty() {
            self.complain(format_args!("has a part that is not {what}"), format!("write {what}, parted by commas"));
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
                self.complain(format_args!("is missing: {fault}"), "provide it, or write the value in its place");
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
        let from_environment = self.reading.source().is_environment(&self.value.span());
        let refers = |text: &str| text.starts_with("env:") || text.starts_with("file:");
        self.value.get_ref().as_str().is_some_and(|text| from_environment || refers(text))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::load::{Config, Findings};

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, Findings> {
        let environment = variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Config::parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join("callward.toml"), text, &environment)
    }

    #[test]
    fn a_text_may_refer_to_a_variable_or_to_a_file_without_its_last_line_end() {
        let text = "[tenants.acme.platforms.users]\nivr = 'env:IVR'\nother = 'file:rustfmt.toml'\n[http]\ndrain_seconds = 'env:DRAIN'\n";

        let config = parse(text, &[("IVR", "hush"), ("DRAIN", "9")]).unwrap();

        let users = &config.tenants["acme"].platforms.users;
        assert_eq!(users["ivr"].expose(), "hush");
        assert_eq!(users["other"].expose(), include_str!("../../rustfmt.toml").trim_end());
        assert_eq!(config.http.drain_seconds, 9);
    }

    #[test]
    fn a_variable_that_a_text_refers_to_is_no_key() {
        let text = "[tenants.acme.platforms.users]\nivr = 'env:CALLWARD_IVR'\n";

        assert!(parse(text, &[("CALLWARD_IVR", "hush")]).is_ok());
        assert!(parse(text, &[("CALLWARD_IVR", "")]).is_err());
    }

    #[test]
    fn a_setting_keeps_its_type_and_its_place() {
        let text =
            "[[tenants.acme.processes]]\nname='A'\ncode='a'\nflow='f'\nsettings = { number_of_digits = 4, on_wrong_code = 'send_new' }\n";

        let config = parse(text, &[]).unwrap();

        let settings = &config.tenants["acme"].processes[0].settings;
        let (digits, wrong) = (&settings["number_of_digits"], &settings["on_wrong_code"]);
        assert_eq!(digits.value, toml::Value::Integer(4));
        assert_eq!((digits.place.line, digits.place.column), (5, 33));
        assert_eq!((wrong.place.line, wrong.place.column, wrong.place.length), (5, 52, 10));
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let text = "[store]\nurl = 'sqlite://hunter2'\n[tenants.acme]\nSMS.URL = 'https://a/hunter2'\nplatforms.users.ivr = 'hunter2'\n";

        let shown = format!("{:?}", parse(text, &[]).unwrap());

        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
