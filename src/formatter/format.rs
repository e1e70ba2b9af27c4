//! Formats a text, and makes sure that nothing but its layout has changed.

use crate::finding::Finding;

use super::tree::Tree;
use super::write::write;

/// A text that was not formatted.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It is not YAML.
    #[error("{}", .0.what)]
    NotYaml(Finding),
    /// The layout would have changed what it says.
    #[error("this file is laid out in a way that cannot be formatted safely; write texts of several lines on one line, then try again")]
    Unsafe,
}

/// The text in its canonical form: two spaces a level, one blank line between steps, inline maps up to 120 columns,
/// no spaces at the ends of lines, one newline at the end.
pub fn format(text: &str) -> Result<String, FormatError> {
    let tree = Tree::read(text).map_err(FormatError::NotYaml)?;
    let written = write(&tree);
    let read_back = Tree::read(&written).map_err(|_| FormatError::Unsafe)?;
    if tree.says_the_same(&read_back) { Ok(written) } else { Err(FormatError::Unsafe) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::flow::Flow;

    use super::*;

    #[test]
    fn flows_say_the_same_once_formatted_and_stay_as_they_are_the_second_time() {
        for folder in ["flows", "fixtures/flows", "fixtures/flows/calls"] {
            for entry in fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                let Ok(formatted) = format(&text) else {
                    assert!(path.ends_with("yaml.yaml"), "{}", path.display());
                    continue;
                };

                assert!(format(&formatted).unwrap() == formatted, "{}", path.display());
                assert_eq!(Flow::read(&text).is_ok(), Flow::read(&formatted).is_ok(), "{}", path.display());
            }
        }
    }

    #[test]
    fn the_shipped_flows_are_in_form() {
        for name in ["two-factor", "consent", "front-door"] {
            let text = fs::read_to_string(format!("{}/flows/{name}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();

            assert!(format(&text).unwrap() == text, "run `callward flow fmt flows`: {name}");
        }
    }

    #[test]
    fn the_canonical_form_keeps_comments_order_and_columns_that_were_aligned() {
        let untidy = "\
# About   this flow.
callward:   1
languages: [en,es]   
steps:
     one: {say: {prompt: hello,then: two}}  # hello first
     # the second one
     two:
         branch:
           - {when: 'a == \"b\"', go: one}
           - go: two


           # nobody comes here
           - {go: one}
     three:
       menu:
        then:
          sent:   one
          failed: { go: two }
prompts: { en: { hello: 'This is a long line that does not fit into a hundred and twenty columns', again: Another long line } }
# the end";
        let tidy = "\
# About   this flow.
callward: 1
languages: [en, es]

steps:
  one: { say: { prompt: hello, then: two } }  # hello first

  # the second one
  two:
    branch:
      - { when: 'a == \"b\"', go: one }
      - go: two

      # nobody comes here
      - { go: one }

  three:
    menu:
      then:
        sent:   one
        failed: { go: two }

prompts:
  en: { hello: 'This is a long line that does not fit into a hundred and twenty columns', again: Another long line }
# the end
";

        let formatted = format(untidy).unwrap();

        assert_eq!(formatted, tidy);
        assert_eq!(format(tidy).unwrap(), tidy);
    }

    #[test]
    fn texts_of_several_lines_keep_their_words() {
        let text =
            "prompts:\n    en:\n        hello: |\n            One.\n              Two.\n        more: Three\n            and four.\n";

        let formatted = format(text).unwrap();

        assert_eq!(formatted, "prompts:\n  en:\n    hello: |\n      One.\n        Two.\n    more: Three\n      and four.\n");
    }
}
