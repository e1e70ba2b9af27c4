//! What goes to a server: names and values in the address or in the body (VoiceXML 2.0 §5.3.8, RFC 1867, RFC 7578).

use url::Url;
use url::form_urlencoded::Serializer;

use super::errand::Submission;
use super::event::Recording;
use super::interpreter::Interpreter;
use super::method::{Enctype, Method};
use super::scopes::Submitted;
use super::thrown::Run;

impl Interpreter {
    /// Puts the variables called `names` into a request. One that nobody declared is `error.semantic`.
    pub(super) fn submission(&mut self, mut url: Url, method: Method, enctype: Enctype, names: &[String]) -> Run<Submission> {
        let submitted = self.scopes.submission(names)?;
        let params: Vec<(String, String)> = submitted.iter().map(|(name, text, _)| (name.clone(), text.clone())).collect();
        let body = match (method, enctype) {
            (Method::Get, _) => {
                if !params.is_empty() {
                    url.query_pairs_mut().extend_pairs(&params);
                }
                None
            }
            (Method::Post, Enctype::UrlEncoded) => Some(url_encoded(&params)),
            (Method::Post, Enctype::Multipart) => Some(multipart(&submitted, &self.recordings)),
        };
        Ok(Submission { url, method, body, params })
    }
}

fn url_encoded(params: &[(String, String)]) -> (String, Vec<u8>) {
    let body = Serializer::new(String::new()).extend_pairs(params).finish();
    ("application/x-www-form-urlencoded".to_owned(), body.into_bytes())
}

fn multipart(submitted: &[Submitted], recordings: &[Recording]) -> (String, Vec<u8>) {
    let boundary = boundary(submitted, recordings);
    let mut body = Vec::new();
    for (name, text, recording) in submitted {
        let name = name.replace(['"', '\r', '\n'], "_");
        let recording = recording.and_then(|number| recordings.get(number));
        let (head, bytes) = match recording {
            Some(recording) => (format!("; filename=\"{name}\"\r\nContent-Type: {}", recording.media_type), recording.audio.as_slice()),
            None => (String::new(), text.as_bytes()),
        };
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A line that no part contains.
fn boundary(submitted: &[Submitted], recordings: &[Recording]) -> String {
    let is_inside = |line: &str| {
        let in_text = submitted.iter().any(|(_, text, _)| text.contains(line));
        in_text || recordings.iter().any(|recording| recording.audio.windows(line.len()).any(|window| window == line.as_bytes()))
    };
    let lines = (0_u32..).map(|number| format!("callward-part-{number}"));
    lines.into_iter().find(|line| !is_inside(line)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::browser::RecordingEnd;

    #[test]
    fn a_recording_is_a_part_with_its_media_type() {
        let recording = Recording {
            duration: Duration::from_secs(1),
            audio: b"callward-part-0".to_vec(),
            media_type: "audio/wav".to_owned(),
            end: RecordingEnd::Silence,
        };
        let submitted = [("greeting".to_owned(), String::new(), Some(0)), ("id".to_owned(), "7".to_owned(), None)];

        let (media_type, body) = multipart(&submitted, &[recording]);

        assert_eq!(media_type, "multipart/form-data; boundary=callward-part-1");
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("name=\"greeting\"; filename=\"greeting\"\r\nContent-Type: audio/wav\r\n\r\ncallward-part-0\r\n"));
        assert!(body.ends_with("name=\"id\"\r\n\r\n7\r\n--callward-part-1--\r\n"));
    }
}
