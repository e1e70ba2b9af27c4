//! What `/metrics` tells of telephone calls: each call once, and every refusal, whoever of us refuses.

use crate::bare_telephone::BareTelephone;
use crate::gateway::{Gateway, client};

/// A call that is silent for a second is over.
const CONFIG: &str = "[store]\nurl = \"memory:\"\n[sip]\ntransports = [\"udp\"]\nrtp_timeout_seconds = 1\n[tenants.demo]\n\
                      [[tenants.demo.processes]]\nname = \"Menu\"\ncode = \"menu\"\nflow = \"menu\"\n";

async fn counted(gateway: &Gateway, name: &str) -> Vec<String> {
    let metrics = client().get(gateway.url("/metrics")).send().await.unwrap().text().await.unwrap();
    let mut lines: Vec<String> = metrics.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn every_call_and_every_refusal_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("menu.yaml"), include_str!("../../benches/turns/menu.yaml")).unwrap();
    let gateway = Gateway::serve_flows(folder.path(), folder.path(), CONFIG, "").await;
    let house = gateway.sip.unwrap();

    let mut unheard_of = BareTelephone::new("menu", house).await;
    let offer = unheard_of.sdp("");
    unheard_of.requests("INVITE", "Require: telepathy\r\n", &offer).await;
    unheard_of.hears("SIP/2.0 420 ", "INVITE").await;
    let mut nobody = BareTelephone::new("nobody", house).await;
    nobody.requests("INVITE", "", &offer).await;
    nobody.hears("SIP/2.0 404 ", "INVITE").await;
    let mut silent = BareTelephone::new("menu", house).await;
    silent.calls("").await;
    silent.is_hung_up().await;

    let refused = ["callward_sip_refused_total{status=\"404\"} 1", "callward_sip_refused_total{status=\"420\"} 1"];
    assert_eq!(counted(&gateway, "callward_sip_refused_total").await, refused);
    let calls = ["callward_sip_calls_total{outcome=\"refused\"} 1", "callward_sip_calls_total{outcome=\"silent\"} 1"];
    assert_eq!(counted(&gateway, "callward_sip_calls_total").await, calls);
}
