//! The switches of the inbox page: make a service good, slow, broken or down.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Redirect;
use bytes::Bytes;
use url::form_urlencoded;

use super::manner::{Fault, Manner};
use super::service::Service;
use super::world::World;

/// How long a service takes that the page made slow: longer than the gateway waits.
const SLOW: Duration = Duration::from_secs(6);

/// Positions of a switch, by name.
pub const POSITIONS: [&str; 4] = ["good", "slow", "broken", "down"];

/// Answers `POST /switches/{service}` with the form field `manner`, and leads back to the page.
pub async fn turn(State(world): State<World>, Path(service): Path<String>, form: Bytes) -> Redirect {
    let wanted = form_urlencoded::parse(&form).find(|(name, _)| name == "manner");
    if let Some(manner) = wanted.and_then(|(_, position)| manner(&position)) {
        world.set_manner(Service::named(&service), manner);
    }
    Redirect::to("/#services")
}

/// The position of a switch that a manner is nearest to; `lying` has none, since a page cannot set it.
pub fn position(manner: &Manner) -> &'static str {
    match manner {
        Manner::Good => "good",
        Manner::Slow(_) => "slow",
        Manner::Broken(_) => "broken",
        Manner::Lying(_) => "lying",
        Manner::Down => "down",
    }
}

fn manner(position: &str) -> Option<Manner> {
    match position {
        "good" => Some(Manner::Good),
        "slow" => Some(Manner::Slow(SLOW)),
        "broken" => Some(Manner::Broken(Fault::ServerError)),
        "down" => Some(Manner::Down),
        _unknown => None,
    }
}
