//! Which built-ins a script can reach: those that it names, as long as it does nothing by which a name could be computed.

use super::reserved::is_name_part;

/// Words that lead to built-ins without naming them, or to arrays that are not what they seem.
const DETOURS: [&str; 9] = ["eval", "Function", "constructor", "Reflect", "Object", "Symbol", "prototype", "__proto__", "extends"];

/// What a source text says of the built-ins that it can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mentions<'s> {
    /// None but those among these words.
    Words(Vec<&'s str>),
    /// Any of them.
    Anything,
}

impl<'s> Mentions<'s> {
    /// Reads `source` as it stands: words in strings and comments count too.
    pub fn of(source: &'s str) -> Self {
        // Brackets compute a name, a backslash hides one.
        if source.contains(['[', '\\']) {
            return Self::Anything;
        }
        let words: Vec<&str> = source.split(|c: char| !is_name_part(c)).filter(|word| !word.is_empty()).collect();
        match words.iter().any(|word| DETOURS.contains(word)) || may_set_length(source, &words) {
            true => Self::Anything,
            false => Self::Words(words),
        }
    }
}

/// Whether the length of something may be set: built-ins that nobody names, as `join` for a sum, believe it.
fn may_set_length(source: &str, words: &[&str]) -> bool {
    if !words.contains(&"length") {
        return false;
    }
    let is_read = |at: usize| source[..at].trim_end().ends_with('.');
    let is_key = source.match_indices("length").any(|(at, _)| !is_read(at));
    is_key || words.contains(&"for") || has_assignment(source)
}

/// Whether `=` stands anywhere but in a comparison.
fn has_assignment(source: &str) -> bool {
    source.match_indices('=').any(|(at, _)| {
        let (before, after) = (&source[..at], &source[at + 1..]);
        let is_shift = before.ends_with(">>") || before.ends_with("<<");
        let is_comparison = after.starts_with('=') || before.ends_with(['=', '!', '<', '>']);
        is_shift || !is_comparison
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_only_names_what_it_calls_reaches_nothing_else() {
        for source in
            ["tries + 1", "code.split('').join(' ')", "code.length == 6 && code.length >= 4", "if (a.length <= b) { c() }", "a = b"]
        {
            assert!(matches!(Mentions::of(source), Mentions::Words(_)), "{source}");
        }
        assert_eq!(Mentions::of("code.split('')"), Mentions::Words(vec!["code", "split"]));
    }

    #[test]
    fn a_script_that_can_compute_a_name_or_a_length_may_reach_anything() {
        let table = [
            "a['join']()",
            "a.\\u006aoin()",
            "eval(code)",
            "(function () {}).constructor('x')",
            "String.prototype",
            "({ __proto__: a })",
            "a.length = 4e9",
            "a.length >>= 1",
            "(a.length) = 9",
            "({ x: a.length } = b)",
            "for (a.length in b);",
            "({ length: 1e15 }) + ''",
            "({ get length() { return 1e15 } })",
        ];
        for source in table {
            assert_eq!(Mentions::of(source), Mentions::Anything, "{source}");
        }
    }
}
