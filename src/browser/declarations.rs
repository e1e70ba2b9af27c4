//! Finds what a script declares at its top level, so that the names can be made properties of their scope (ECMA-262 §10.3, VoiceXML 2.0 §5.3.12).

use crate::script::is_name_part;

/// The names that a script declares for its scope.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Declarations {
    /// By `var`, blocks and loops included.
    pub variables: Vec<String>,
    /// By `let`, `const` and `class`, outside of blocks and loops.
    pub lexicals: Vec<String>,
    /// By `function`.
    pub functions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Mark(char),
    /// A string, number, template or regular expression.
    Literal,
}

impl Declarations {
    /// Reads `source`; what is no script gives whatever could be made out.
    pub fn of(source: &str) -> Self {
        let tokens = Tokens { rest: source, last: None }.collect::<Vec<_>>();
        let mut declarations = Self::default();
        let (mut at, mut depth) = (0, 0_usize);
        while at < tokens.len() {
            at = declarations.read(&tokens, at, &mut depth);
        }
        declarations
    }

    /// The functions that `source` declares, where it does nothing else.
    pub fn only_functions(source: &str) -> Option<Vec<String>> {
        let tokens = Tokens { rest: source, last: None }.collect::<Vec<_>>();
        let mut names = Vec::new();
        let mut rest = tokens.as_slice();
        while let Some((first, after)) = rest.split_first() {
            rest = match (first, after) {
                (Token::Mark(';'), _) => after,
                (Token::Word(word), [Token::Word(name), Token::Mark('('), ..]) if word == "function" => {
                    names.push(name.clone());
                    let body = closing(after, 1) + 1;
                    after.get(body).filter(|mark| **mark == Token::Mark('{'))?;
                    after.get(closing(after, body) + 1..)?
                }
                _ => return None,
            };
        }
        (!names.is_empty()).then_some(names)
    }

    /// Reads what begins at `at`, inside so many brackets, and gives the place where the next thing begins.
    fn read(&mut self, tokens: &[Token], at: usize, depth: &mut usize) -> usize {
        let Some(token) = tokens.get(at) else { return at };
        match token {
            Token::Word(word) if word == "function" => return self.read_function(tokens, at),
            Token::Word(word) if word == "var" => {
                let (names, end) = self.read_names(tokens, at + 1);
                self.variables.extend(names);
                return end;
            }
            Token::Word(word) if matches!(word.as_str(), "let" | "const" | "class") => {
                let (names, end) = self.read_names(tokens, at + 1);
                self.lexicals.extend(names.into_iter().filter(|_| *depth == 0));
                return end;
            }
            Token::Mark('(' | '[' | '{') => *depth += 1,
            Token::Mark(')' | ']' | '}') => *depth = depth.saturating_sub(1),
            Token::Word(_) | Token::Mark(_) | Token::Literal => {}
        }
        at + 1
    }

    /// A function's body declares nothing for us. It is a declaration where no operator stands before it.
    fn read_function(&mut self, tokens: &[Token], at: usize) -> usize {
        let starts_statement = match at.checked_sub(1).and_then(|before| tokens.get(before)) {
            None | Some(Token::Mark(';' | '{' | '}')) | Some(Token::Literal) => true,
            Some(Token::Mark(mark)) => *mark == ')' || *mark == ']',
            Some(Token::Word(word)) => !matches!(word.as_str(), "return" | "typeof" | "new" | "in" | "of" | "delete" | "void" | "case"),
        };
        if let (true, Some(Token::Word(name))) = (starts_statement, tokens.get(at + 1)) {
            self.functions.push(name.clone());
        }
        let body = (at..tokens.len()).find(|at| tokens[*at] == Token::Mark('{')).unwrap_or(tokens.len());
        closing(tokens, body) + 1
    }

    /// `a = 1, b, c = f(x, y)`: a name at the start, and after each comma that stands in no bracket.
    fn read_names(&mut self, tokens: &[Token], mut at: usize) -> (Vec<String>, usize) {
        let mut names = Vec::new();
        while let Some(Token::Word(name)) = tokens.get(at) {
            names.push(name.clone());
            at = self.end_of_value(tokens, at + 1);
            if tokens.get(at) != Some(&Token::Mark(',')) {
                break;
            }
            at += 1;
        }
        (names, at)
    }

    /// A value ends at a comma or a bracket that it did not open, and where one operand follows another: there a line ended.
    fn end_of_value(&mut self, tokens: &[Token], mut at: usize) -> usize {
        let mut follows_operand = true;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Mark(',' | ';' | ')' | ']' | '}') => return at,
                Token::Word(word) if is_operator(word) => follows_operand = false,
                Token::Word(_) | Token::Literal if follows_operand => return at,
                Token::Word(word) if word == "function" => {
                    at = self.read_function(tokens, at);
                    follows_operand = true;
                    continue;
                }
                Token::Word(_) | Token::Literal => follows_operand = true,
                Token::Mark('(' | '[' | '{') => {
                    at = closing(tokens, at);
                    follows_operand = true;
                }
                Token::Mark(_) => follows_operand = false,
            }
            at += 1;
        }
        at
    }
}

/// Words that stand before or between operands.
fn is_operator(word: &str) -> bool {
    matches!(word, "in" | "of" | "instanceof" | "typeof" | "new" | "void" | "delete")
}

/// The place of the bracket that closes the one at `at`.
fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Word(_) | Token::Mark(_) | Token::Literal => {}
        }
        if depth == 0 {
            return place;
        }
    }
    tokens.len()
}

struct Tokens<'s> {
    rest: &'s str,
    last: Option<Token>,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blank();
        let first = self.rest.chars().next()?;
        let token = match first {
            '"' | '\'' | '`' => self.quoted(first),
            '/' if self.may_start_regex() => self.quoted('/'),
            _ if is_name_part(first) => self.word(),
            _ => {
                self.rest = &self.rest[first.len_utf8()..];
                Token::Mark(first)
            }
        };
        self.last = Some(token.clone());
        Some(token)
    }
}

impl Tokens<'_> {
    fn skip_blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            self.rest = if self.rest.starts_with("//") {
                self.rest.split_once('\n').map_or("", |(_, rest)| rest)
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                comment.split_once("*/").map_or("", |(_, rest)| rest)
            } else {
                return;
            };
        }
    }

    /// A slash divides after a value, and starts a regular expression everywhere else.
    fn may_start_regex(&self) -> bool {
        match &self.last {
            None => true,
            Some(Token::Mark(mark)) => !matches!(mark, ')' | ']' | '}'),
            Some(Token::Word(word)) => matches!(word.as_str(), "return" | "typeof" | "case" | "in" | "of" | "void" | "delete"),
            Some(Token::Literal) => false,
        }
    }

    fn quoted(&mut self, quote: char) -> Token {
        let mut is_escaped = false;
        let mut in_class = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = !is_escaped && !in_class && *c == quote;
            in_class = quote == '/' && !is_escaped && (*c == '[' || in_class && *c != ']');
            is_escaped = !is_escaped && *c == '\\';
            ends
        });
        self.rest = end.map_or("", |(at, c)| &self.rest[at + c.len_utf8()..]);
        Token::Literal
    }

    fn word(&mut self) -> Token {
        let end = self.rest.find(|c| !is_name_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word.starts_with(|c: char| c.is_ascii_digit()) {
            true => Token::Literal,
            false => Token::Word(word.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_functions_of_the_top_level_are_found() {
        let source = "var a = 1, b = f(x, y), c\nfunction sum(n) { var inner; return n }\nfor (var i = 0, n = 2; i < n; i++) { var late }";

        let found = Declarations::of(source);

        assert_eq!(found.variables, ["a", "b", "c", "i", "n", "late"]);
        assert_eq!(found.functions, ["sum"]);
    }

    #[test]
    fn lexical_names_count_outside_of_blocks_only() {
        let found = Declarations::of("let a = 1; const b = 2\nfor (let i = 0; i < 1; i++) { const c = 3 }\nclass D { m() { let e } }");

        assert_eq!(found.lexicals, ["a", "b", "D"]);
        assert!(found.variables.is_empty());
    }

    #[test]
    fn strings_comments_and_regular_expressions_declare_nothing() {
        let source = "/* var a */ x = 'var b' // var c\n y = /var d[/]\"/; z = `var e`; var f = g / 2 / 3";

        assert_eq!(Declarations::of(source).variables, ["f"]);
    }

    #[test]
    fn a_function_that_is_a_value_is_no_declaration() {
        let found = Declarations::of("var f = function inner() { var x }, g = 2; h = function other() {}; function real() {}");

        assert_eq!(found.variables, ["f", "g"]);
        assert_eq!(found.functions, ["real"]);
    }

    #[test]
    fn a_script_cut_at_any_byte_never_panics() {
        let whole = "var a = { b: [1, 'c'] }, d = /e\\/[f]/; function g(h) { return `i${j}` } /* k */ // l";

        for end in 0..whole.len() {
            Declarations::of(&whole[..end]);
        }
    }
}
