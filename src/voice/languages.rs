//! The languages whose numbers, dates and money are known here.

use super::english::English;
use super::numerals::Numerals;
use super::spanish::Spanish;

/// The numerals of a language (BCP 47), where they are known.
pub(super) fn numerals(language: &str) -> Option<&'static dyn Numerals> {
    match language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "en" => Some(&English),
        "es" => Some(&Spanish),
        _ => None,
    }
}
