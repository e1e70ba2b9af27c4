//! Addresses of the stand-ins, and which service each belongs to.

use std::sync::Arc;

use axum::routing::{any, get, post};
use axum::{Extension, Router};
use http::Method;

use super::next_steps::NextStep;
use super::service::Service;
use super::world::World;
use super::{consent_api, inbox_feed, inbox_page, sms_gateway, switches, token_endpoint, web_services};

/// All addresses.
pub fn routes(world: World, next_steps: Vec<NextStep>) -> Router {
    let proposals: Arc<[NextStep]> = next_steps.into();
    Router::new()
        .route("/", get(inbox_page::page).layer(Extension(proposals)))
        .route("/inbox.css", get(inbox_page::style))
        .route("/inbox.js", get(inbox_page::script))
        .route("/inbox.json", get(inbox_feed::messages))
        .route("/inbox/events", get(inbox_feed::events))
        .route("/switches/{service}", post(switches::turn))
        .route("/sms", any(sms_gateway::take))
        .route("/oauth/token", post(token_endpoint::grant))
        .route("/voicebiometrics/contacts/{contact_id}/consent", get(consent_api::read).put(consent_api::set))
        .route("/{service}", post(web_services::answer))
        .fallback(consent_api::not_found)
        .with_state(world)
}

/// The service behind an address; `None` for the pages that people look at.
pub fn service(method: &Method, path: &str) -> Option<Service> {
    let mut parts = path.split('/').skip(1);
    match (parts.next()?, parts.next()) {
        ("" | "switches" | "inbox" | "inbox.css" | "inbox.js" | "inbox.json", _) => None,
        ("sms", None) => Some(Service::SmsGateway),
        ("oauth", Some("token")) => Some(Service::Token),
        ("voicebiometrics", _) if method == Method::PUT => Some(Service::ConsentSet),
        ("voicebiometrics", _) => Some(Service::ConsentRead),
        (name, None) if method == Method::POST => Some(Service::named(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_their_services() {
        assert_eq!(service(&Method::POST, "/codeAuthentication"), Some(Service::CodeAuthentication));
        assert_eq!(service(&Method::POST, "/find_account"), Some(Service::Other("find_account".into())));
        assert_eq!(service(&Method::PUT, "/voicebiometrics/contacts/123/consent"), Some(Service::ConsentSet));
        assert_eq!(service(&Method::GET, "/sms"), Some(Service::SmsGateway));
        assert_eq!(service(&Method::GET, "/"), None);
    }
}
