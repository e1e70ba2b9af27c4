//! Every value that is written out in a flow file, whatever it stands for.

use super::node::{self, Node, Shape};
use super::reading::Located;

/// Every value of the file with its place, comments and names of fields left out; nothing where the file is no YAML.
pub fn scalars(text: &str) -> Vec<Located> {
    let mut found = Vec::new();
    if let Ok(root) = node::parse(text) {
        gather(root, &mut found);
    }
    found
}

fn gather(node: Node, found: &mut Vec<Located>) {
    match node.shape {
        Shape::Text { text, .. } => found.push(Located { text, span: node.span }),
        Shape::List(nodes) => nodes.into_iter().for_each(|node| gather(node, found)),
        Shape::Map(entries) => entries.into_iter().for_each(|(_, node)| gather(node, found)),
    }
}
