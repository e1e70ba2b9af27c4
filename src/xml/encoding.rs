//! From bytes to characters: byte order mark, then the XML declaration, then UTF-8 (XML 1.0 appendix F).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// Decodes a document. `Err` names the encoding that is unknown, or says that the bytes are not in the declared one.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => declared(bytes)?,
    };
    let (text, encoding, malformed) = encoding.decode(bytes);
    if malformed {
        return Err(format!("the document is not valid {}", encoding.name()));
    }
    Ok(text)
}

/// The encoding that `<?xml … encoding="…"?>` names; the declaration itself is ASCII in all that concerns us.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let Some(declaration) = head.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()) else {
        return Ok(UTF_8);
    };
    let Some((_, value)) = declaration.split_once("encoding") else {
        return Ok(UTF_8);
    };
    let label = value.trim_start_matches([' ', '\t', '\r', '\n', '=']);
    let quote = label.chars().next().filter(|c| matches!(c, '"' | '\''));
    let label = quote.and_then(|quote| label[1..].split(quote).next()).unwrap_or_default();
    Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("the encoding {label:?} is not known"))
}
