//! The syntax of expressions that need no script engine: literals, names, operators without effects (ECMA-262 §11).

use super::literal;
use super::variable_name;

/// Most operators, signs, brackets and conditionals together: whoever walks through the syntax goes down as many steps.
const LARGEST: usize = 64;
/// Operators by their precedence, loosest first; the longer of two that begin alike comes first.
const BINARY: [&[&str]; 6] = [&["||"], &["&&"], &["===", "!==", "==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];
/// What begins with the same letters as one of those, and is another operator.
const OTHERS: [&str; 16] = ["++", "--", "+=", "-=", "*=", "/=", "%=", "**", "<<", ">>", "=>", "//", "/*", "||=", "&&=", "??"];

/// An expression without effects.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Syntax {
    Literal(serde_json::Value),
    Undefined,
    /// A name, and names after it, each behind a dot.
    Name(Vec<String>),
    Not(Box<Syntax>),
    Minus(Box<Syntax>),
    Binary(&'static str, Box<Syntax>, Box<Syntax>),
    Conditional(Box<Syntax>, Box<Syntax>, Box<Syntax>),
}

impl Syntax {
    /// Reads `source`; none where it is something else, be it a fault.
    pub fn of(source: &str) -> Option<Self> {
        let mut reader = Reader { rest: source, size: 0 };
        let syntax = reader.conditional()?;
        reader.skip_blank();
        reader.rest.is_empty().then_some(syntax)
    }
}

struct Reader<'s> {
    rest: &'s str,
    size: usize,
}

impl<'s> Reader<'s> {
    fn conditional(&mut self) -> Option<Syntax> {
        self.grow()?;
        let condition = self.binary(0)?;
        if !self.take("?") {
            return Some(condition);
        }
        let then = self.conditional()?;
        let otherwise = if self.take(":") { self.conditional()? } else { return None };
        Some(Syntax::Conditional(condition.into(), then.into(), otherwise.into()))
    }

    fn binary(&mut self, level: usize) -> Option<Syntax> {
        let Some(operators) = BINARY.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(operators)? {
            self.grow()?;
            left = Syntax::Binary(operator, left.into(), self.binary(level + 1)?.into());
        }
        Some(left)
    }

    /// One of `operators`; none outside where another one stands here that is not known.
    fn operator(&mut self, operators: &[&'static str]) -> Option<Option<&'static str>> {
        self.skip_blank();
        if OTHERS.iter().any(|other| self.rest.starts_with(other)) {
            return None;
        }
        let found = operators.iter().find(|operator| self.rest.starts_with(**operator)).copied();
        self.rest = &self.rest[found.map_or(0, str::len)..];
        Some(found)
    }

    fn unary(&mut self) -> Option<Syntax> {
        self.skip_blank();
        if self.rest.starts_with("--") || self.rest.starts_with("!==") {
            return None;
        }
        let of: fn(Box<Syntax>) -> Syntax = match self.rest.chars().next()? {
            '!' => Syntax::Not,
            '-' => Syntax::Minus,
            _ => return self.primary(),
        };
        self.grow()?;
        self.rest = &self.rest[1..];
        Some(of(self.unary()?.into()))
    }

    fn primary(&mut self) -> Option<Syntax> {
        if self.take("(") {
            let inner = self.conditional()?;
            return self.take(")").then_some(inner);
        }
        match self.rest.chars().next()? {
            quote @ ('\'' | '"') => {
                let end = self.rest[1..].find(quote)?;
                self.literal(end + 2)
            }
            '0'..='9' => {
                let end = self.rest.find(|c: char| !is_word(c) && c != '.').unwrap_or(self.rest.len());
                self.literal(end)
            }
            _ => self.name(),
        }
    }

    fn literal(&mut self, length: usize) -> Option<Syntax> {
        let (source, rest) = self.rest.split_at(length);
        self.rest = rest;
        literal::value(source).map(Syntax::Literal)
    }

    fn name(&mut self) -> Option<Syntax> {
        let first = self.word();
        if let Some(value) = literal::value(first) {
            return Some(Syntax::Literal(value));
        }
        if first == "undefined" {
            return Some(Syntax::Undefined);
        }
        variable_name::check(first).ok()?;
        let mut names = vec![first.to_owned()];
        while self.take(".") {
            self.skip_blank();
            names.push(Some(self.word()).filter(|name| !name.is_empty())?.to_owned());
        }
        Some(Syntax::Name(names))
    }

    fn word(&mut self) -> &'s str {
        let (word, rest) = self.rest.split_at(self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn grow(&mut self) -> Option<()> {
        self.size += 1;
        (self.size < LARGEST).then_some(())
    }

    fn take(&mut self, wanted: &str) -> bool {
        self.skip_blank();
        let rest = self.rest.strip_prefix(wanted);
        // `?.` and `??` are other operators than `?`.
        let taken = rest.filter(|rest| wanted != "?" || !rest.starts_with(['.', '?']));
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_effects_or_is_no_expression_is_left_to_the_engine() {
        for source in
            ["", "a b", "a = 1", "a == b = c", "f()", "a[0]", "a++", "a ? b", "a ?? b", "a?.b", "a ** 2", "(a", "a.", "1 // x", "'a\\n'"]
        {
            assert_eq!(Syntax::of(source), None, "{source}");
        }
        for source in
            ["a /* x */", "typeof a", "new", "/x/", "1.5.2", "1a", "`a`", "a => b", "--a", "a, b", "a\u{a0}+ b", "a & b", "a < < b"]
        {
            assert_eq!(Syntax::of(source), None, "{source}");
        }
        assert_eq!(Syntax::of(&"(".repeat(100_000)), None);
        assert_eq!(Syntax::of(&"!".repeat(100_000)), None);
        assert_eq!(Syntax::of(&format!("1{}", "+1".repeat(100_000))), None);
    }

    #[test]
    fn operators_bind_as_ecmascript_says() {
        for (source, bracketed) in [
            ("a + b * c == d && e || f", "((((a + (b * c)) == d) && e) || f)"),
            ("a - b - c", "((a - b) - c)"),
            ("!a == b", "((!a) == b)"),
            ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
            ("a < b === c", "((a < b) === c)"),
        ] {
            assert!(Syntax::of(source).is_some(), "{source}");
            assert_eq!(Syntax::of(source), Syntax::of(bracketed), "{source}");
        }
    }
}
