//! The SMS gateway: takes messages as JSON, XML, form or query, the forms that `SMS.RequestBody` can have (G12–G17, AMB-11).

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::customer::Customer;
use super::inbox::Delivery;
use super::manner::Lie;
use super::message::Channel;
use super::world::World;
use crate::secret::SecretText;
use crate::xml;

const TO: [&str; 6] = ["to", "recipient", "number", "phone", "msisdn", "destination"];
const FROM: [&str; 3] = ["from", "sender", "source"];
const TEXT: [&str; 4] = ["text", "body", "message", "content"];

/// Answers `/sms`, whatever the method.
pub async fn take(State(world): State<World>, RawQuery(query): RawQuery, lie: Option<Extension<Lie>>, body: Bytes) -> Response {
    if let Some(Extension(Lie(words))) = lie {
        return say(words);
    }
    let mut fields = read_body(&body);
    fields.extend(read_form(query.unwrap_or_default().as_bytes()));
    let (to, text) = (field(&fields, &TO), field(&fields, &TEXT));
    if to.is_empty() || text.is_empty() {
        return refuse("a message needs a recipient (`to`) and words (`text`)");
    }
    if digits(to) == digits(Customer::REFUSED_NUMBER) {
        return refuse("this gateway takes no messages for that number");
    }
    let from = field(&fields, &FROM).to_owned();
    let text = SecretText::new(text);
    let message = world.deliver(Delivery { channel: Channel::Sms, to: to.to_owned(), from, subject: String::new(), text });
    Json(json!({ "status": "accepted", "message_id": format!("sms-{}", message.number) })).into_response()
}

/// A lie is the HTTP status when it is one, else the body of a 200.
fn say(words: String) -> Response {
    match words.parse::<u16>().ok().and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => (status, Json(json!({ "status": status.canonical_reason() }))).into_response(),
        None => words.into_response(),
    }
}

fn refuse(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "status": "refused", "error": why }))).into_response()
}

type Fields = Vec<(String, String)>;

/// The first character tells what a body is (AMB-11).
fn read_body(body: &[u8]) -> Fields {
    let mut fields = Fields::new();
    match body.trim_ascii_start().first() {
        Some(b'{' | b'[') => flatten_json(&serde_json::from_slice(body).unwrap_or_default(), "", &mut fields),
        Some(b'<') => {
            if let Ok(root) = xml::parse(body) {
                flatten_xml(&root, &mut fields);
            }
        }
        Some(_) => fields = read_form(body),
        None => {}
    }
    fields
}

fn read_form(form: &[u8]) -> Fields {
    form_urlencoded::parse(form).into_owned().collect()
}

fn flatten_json(value: &Value, name: &str, fields: &mut Fields) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| flatten_json(member, name, fields)),
        Value::Array(items) => items.iter().for_each(|item| flatten_json(item, name, fields)),
        Value::String(text) => fields.push((name.to_owned(), text.clone())),
        Value::Number(number) => fields.push((name.to_owned(), number.to_string())),
        Value::Bool(_) | Value::Null => {}
    }
}

fn flatten_xml(element: &xml::Element, fields: &mut Fields) {
    fields.extend(element.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.value.clone())));
    let mut children = element.elements().peekable();
    if children.peek().is_none() {
        fields.push((element.name.clone(), element.text()));
    }
    children.for_each(|child| flatten_xml(child, fields));
}

fn field<'f>(fields: &'f Fields, names: &[&str]) -> &'f str {
    let matching = fields.iter().find(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
    matching.map_or("", |(_, value)| value.trim())
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use crate::demo::manner::Manner;
    use crate::demo::service::Service;
    use crate::demo::testing::{client, post, stand_ins};

    #[tokio::test]
    async fn a_message_arrives_in_whatever_form_it_is_written() {
        let stand_ins = stand_ins().await;
        let bodies = [
            (r#"{"messages":[{"to":"+491","from":"Acme","text":"json"}]}"#, "json"),
            ("<sms><to>+491</to><from>Acme</from><text>xml</text></sms>", "xml"),
            ("recipient=%2B491&sender=Acme&message=form", "form"),
        ];

        for (body, text) in bodies {
            let answer = client().put(stand_ins.base_url() + "/sms").body(body).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{body}");
            let message = stand_ins.inbox().messages().remove(0);
            assert_eq!((message.to.as_str(), message.from.as_str(), message.text.expose()), ("+491", "Acme", text));
        }
        let answer = client().get(stand_ins.base_url() + "/sms?to=%2B491&text=query").send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), r#"{"status":"accepted","message_id":"sms-4"}"#);
    }

    #[tokio::test]
    async fn some_messages_are_refused() {
        let stand_ins = stand_ins().await;

        let refused = post(&stand_ins, "/sms", &[("to", "491701234566"), ("text", "hello")]).await;
        let wordless = post(&stand_ins, "/sms", &[("to", "+491")]).await;

        assert_eq!(refused.unwrap_err().status().unwrap(), 400);
        assert_eq!(wordless.unwrap_err().status().unwrap(), 400);
        assert!(stand_ins.inbox().messages().is_empty());
    }

    #[tokio::test]
    async fn a_lie_is_a_status_or_a_body() {
        let stand_ins = stand_ins().await;
        stand_ins.world().set_manner(Service::SmsGateway, Manner::Lying(vec!["202".into(), "ERROR 17".into()]));
        let send = || post(&stand_ins, "/sms", &[("to", "+491"), ("text", "hello")]);

        assert_eq!(send().await.unwrap(), r#"{"status":"Accepted"}"#);
        assert_eq!(send().await.unwrap(), "ERROR 17");
        assert!(stand_ins.inbox().messages().is_empty());
    }
}
