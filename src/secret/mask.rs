//! Numbers and addresses as logs, metrics and records may show them.

/// A telephone number or e-mail address with all hidden but what a person needs to know it again:
/// `+491701234521` gives `+49…21`, `ana@example.org` gives `a…@example.org`, anything else its last two characters.
pub fn mask(address: &str) -> String {
    if let Some((name, domain)) = address.rsplit_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}…@{domain}");
    }
    let characters: Vec<char> = address.chars().collect();
    if characters.len() < 6 {
        return "…".to_owned();
    }
    let head: String = if characters[0] == '+' { characters[..3].iter().collect() } else { String::new() };
    let tail: String = characters[characters.len() - 2..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_country_and_last_two_and_mail_its_domain() {
        assert_eq!(mask("+491701234521"), "+49…21");
        assert_eq!(mask("ana@example.org"), "a…@example.org");
        assert_eq!(mask("1001"), "…");
        assert_eq!(mask(""), "…");
    }
}
