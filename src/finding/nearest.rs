//! The known name that somebody probably meant.

/// The name among `known` that is nearest to `written`, if any is near enough to be meant.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        assert_eq!(nearest("serch", ["search", "send"]), Some("search"));
        assert_eq!(nearest("maximum_atempts", ["maximum_attempts", "minimum"]), Some("maximum_attempts"));
        assert_eq!(nearest("colour", ["agent", "error"]), None);
    }
}
