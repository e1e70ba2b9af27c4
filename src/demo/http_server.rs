//! The HTTP door of the stand-ins: connections, and what a service's manner does to them.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

use super::manner::{Conduct, Fault, Lie};
use super::next_steps::NextStep;
use super::routes;
use super::socket::{pause_after, reset};
use super::world::World;

/// How long an answer under way may take when the stand-ins stop.
const GRACE: Duration = Duration::from_millis(200);
/// Larger answers than this are not cut but lost.
const CUT_LIMIT: usize = 1 << 20;

/// Ends a connection without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum HangUp {
    #[error("this service is told to close the connection")]
    Close,
    #[error("this service is told to reset the connection")]
    Reset,
}

/// Serves until `stop`'s sender is gone.
pub async fn serve(listener: TcpListener, world: World, next_steps: Vec<NextStep>, stop: watch::Receiver<()>) {
    let router = routes::routes(world.clone(), next_steps);
    loop {
        let mut stopping = stop.clone();
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(tokio::spawn(converse(stream, world.clone(), router.clone(), stop.clone()))),
                Err(error) => pause_after(&error).await,
            },
            _ = stopping.changed() => return,
        }
    }
}

async fn converse(stream: TcpStream, world: World, router: Router, mut stop: watch::Receiver<()>) {
    let answering = tower::service_fn(move |request| -> Pin<Box<dyn Future<Output = _> + Send>> {
        Box::pin(answer(request, world.clone(), router.clone()))
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), TowerToHyperService::new(answering));
    let ended = tokio::select! {
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => ended,
        _ = stop.changed() => {
            Pin::new(&mut connection).graceful_shutdown();
            let rest = pin!(poll_fn(|context| connection.poll_without_shutdown(context)));
            tokio::time::timeout(GRACE, rest).await.unwrap_or(Ok(()))
        }
    };
    if ended.is_err_and(|error| hang_up(&error) == Some(HangUp::Reset)) {
        reset(connection.into_parts().io.inner());
    }
}

fn hang_up(error: &hyper::Error) -> Option<HangUp> {
    std::error::Error::source(error)?.downcast_ref().copied()
}

/// Answers as the manner of the service that is asked for demands.
async fn answer(request: Request<Incoming>, world: World, router: Router) -> Result<Response<Body>, HangUp> {
    let conduct = match routes::service(request.method(), request.uri().path()) {
        Some(service) => world.conduct(&service),
        None => Conduct::Answer,
    };
    let mut request = request.map(Body::new);
    match conduct {
        Conduct::Answer => {}
        Conduct::AnswerAfter(by) => tokio::time::sleep(by).await,
        Conduct::Say(words) => drop(request.extensions_mut().insert(Lie(words))),
        Conduct::Fail(Fault::Closed) => return Err(HangUp::Close),
        Conduct::Reset => return Err(HangUp::Reset),
        Conduct::Fail(Fault::ServerError) => return Ok(plain(StatusCode::INTERNAL_SERVER_ERROR, "out of order\n")),
        Conduct::Fail(Fault::Empty) => return Ok(plain(StatusCode::OK, "")),
        Conduct::Fail(Fault::Cut) => return Ok(cut(truly(router, request).await).await),
    }
    Ok(truly(router, request).await)
}

async fn truly(router: Router, request: Request<Body>) -> Response<Body> {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn plain(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() = status;
    response
}

/// The first half of an answer, as if it were all.
async fn cut(response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.remove(http::header::CONTENT_LENGTH);
    let whole = http_body_util::Limited::new(body, CUT_LIMIT).collect().await.map(|body| body.to_bytes());
    let whole: Bytes = whole.unwrap_or_default();
    Response::from_parts(head, Body::from(whole.slice(..whole.len() / 2)))
}
