//! `callward serve`: the gateway with its configuration, until it is told to stop.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

use crate::clock::{Chance, Clock};
use crate::config::Config;
use crate::web::{Door, Server, published_keys, sum_up_metrics};

use super::compose::{Composition, compose};
use super::flows::FlowLibrary;
use super::following::follow;
use super::preparation::keep_ready;
use super::tasks::Workers;
use super::telephone::{OpenTelephone, open_telephone};

/// Serves until SIGTERM or SIGINT; turns in flight are answered first.
pub(super) async fn serve(path: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let config = Config::load(path, std::env::vars())?;
    let flows = FlowLibrary::read(&config.flows)?;
    if config.tenants.is_empty() {
        warn!("no tenants are configured: nobody can be served; see callward.example.toml");
    }
    let composition = compose(&config, &flows, Clock::system(), Chance::system()).await?;
    let server = Server::bind(config.http.listen).await?.allowing(config.http.allowance);
    let server = match &config.http.tls {
        Some(tls) => server.with_tls(&tls.certificate, &tls.key)?,
        None => server,
    };
    let telephone = match &config.sip {
        Some(sip) => {
            let workers = Workers::of_telephone()?;
            Some((workers.lend(open_telephone(sip, &config, &composition, Clock::system(), Chance::system())).await?, workers))
        }
        None => None,
    };
    info!("listening on {}", server.address()?);
    for (protocol, address) in telephone.iter().flat_map(|(open, _)| open.exchange.addresses()) {
        info!("listening for SIP on {address} ({protocol})");
    }
    run(server, telephone, composition, &config, Some(&config.flows)).await;
    info!("stopped");
    Ok(())
}

/// Serves a composed house until it is told to stop, with the workers that its telephone was opened by; what changes in the folder of
/// flows is taken up.
pub(super) async fn run(
    server: Server,
    telephone: Option<(OpenTelephone, Workers)>,
    composition: Composition,
    config: &Config,
    flows: Option<&Path>,
) {
    // Others may use what the telephone's workers have opened, so they stay to the end.
    let (telephone, workers) = telephone.unzip();
    let drain = Duration::from_secs(u64::from(config.http.drain_seconds));
    let tidy = Composition::tidy(Arc::clone(&composition.switchboard), config);
    let pages = Door::new(composition.gateway).with(published_keys(composition.signer.published()));
    let stop = async {
        let why = told_to_stop().await;
        info!("{why}: answering the turns in flight");
    };
    let follow = follow(&composition.releases, flows);
    let calls = async {
        let (Some(OpenTelephone { telephone, drain, speaker, .. }), Some(workers)) = (telephone, &workers) else { return };
        let taking = workers.spawn(telephone.run(async { _ = told_to_stop().await }, drain));
        tokio::select! {
            taken = taking => taken.unwrap_or_else(|broken_off| error!("the telephone broke off: {broken_off}")),
            () = keep_ready(&speaker, &composition.releases) => {}
        }
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(server.run(pages, stop, drain), calls) } => {}
        () = tidy => {}
        () = sum_up_metrics() => {}
        () = follow => {}
    }
}

/// Waits for SIGTERM or SIGINT, and says which came.
async fn told_to_stop() -> &'static str {
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else {
        warn!("signals cannot be heard: stop the process by force");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => "told to stop",
        _ = interrupt.recv() => "interrupted",
    }
}
