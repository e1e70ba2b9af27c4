//! Whether a document lets pages of another host read it: `<?access-control?>` (VoiceXML 2.1 §5.1, appendix E).

/// Whether `instructions` of a document let a page from `host` read it. A document without any lets everybody.
pub(super) fn admits(instructions: &[String], host: &str) -> bool {
    if instructions.is_empty() {
        return true;
    }
    let listed = |name: &str| instructions.iter().flat_map(|text| patterns(text, name)).any(|pattern| fits(&pattern, host));
    !listed("deny") && listed("allow")
}

/// The patterns in the pseudo-attribute `name`.
fn patterns(text: &str, name: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once(name) else { return Vec::new() };
    let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else { return Vec::new() };
    let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { return Vec::new() };
    let inside = value.split(quote).nth(1).unwrap_or_default();
    inside.split_whitespace().map(str::to_lowercase).collect()
}

/// `*` is every host, `*.example.com` every one below it.
fn fits(pattern: &str, host: &str) -> bool {
    let host = host.to_lowercase();
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(end) => host.ends_with(end),
        None => host == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_denied_or_not_allowed_may_not_read() {
        let table = [
            ("allow=\"*\"", true),
            ("allow='pages.example other.example'", true),
            ("allow='*.example'", true),
            ("allow='example'", false),
            ("allow='*' deny='pages.example'", false),
            ("deny = 'elsewhere.example'", false),
            ("nonsense", false),
        ];
        for (text, may_read) in table {
            assert_eq!(admits(&[text.to_owned()], "Pages.example"), may_read, "{text}");
        }
        assert!(admits(&[], "pages.example"));
    }
}
