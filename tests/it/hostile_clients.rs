//! Clients that nobody wants: slow, deaf, half-open, flooding. Each kind comes from an address of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use callward::clock::Chance;
use futures_util::future::join_all;
use tokio::time::{interval, timeout};

use crate::wire::Wire;

/// How long a client waits or asks until it thinks that nobody minds; this machine may be busy.
pub const FOR_EVER: Duration = Duration::from_secs(60);
/// As much of a head as the gateway reads without a word.
const MOST_OF_A_HEAD: usize = 15_000;

/// Connections whose head is long and never finished; each is closed by the gateway.
pub async fn half_open(to: SocketAddr, connections: usize) {
    let head = format!("GET /vxml/acme/menu HTTP/1.1\r\nHost: {}", "a".repeat(MOST_OF_A_HEAD));
    let mut wires = Vec::new();
    for _ in 0..connections {
        let mut wire = Wire::open(to, 2).await.unwrap();
        wire.send(head.as_bytes()).await.unwrap();
        wires.push(wire);
    }
    join_all(wires.into_iter().map(Wire::closed)).await;
}

/// Connections whose TLS handshake is begun and never finished.
pub async fn half_open_handshakes(to: SocketAddr, connections: usize) {
    let mut wires = Vec::new();
    for _ in 0..connections {
        let mut wire = Wire::open(to, 2).await.unwrap();
        // A record of 512 bytes that holds a ClientHello, of which six bytes come (RFC 8446 §5.1).
        wire.send(&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]).await.unwrap();
        wires.push(wire);
    }
    join_all(wires.into_iter().map(Wire::closed)).await;
}

/// Heads that come a byte at a time; each is given up by the gateway.
pub async fn dripping_heads(to: SocketAddr, connections: usize) {
    let heads = (0..connections).map(|_| drip(to, 3, b"GET / HTTP/1.1\r\nX: "));
    join_all(heads).await;
}

/// Forms that come a byte at a time.
pub async fn dripping_bodies(to: SocketAddr, connections: usize) {
    let forms = (0..connections).map(|_| drip(to, 4, b"POST /vxml/acme/menu HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"));
    join_all(forms).await;
}

/// Who asks on and on, and never reads an answer.
pub async fn deaf(to: SocketAddr, connections: usize) {
    let request = "GET /vxml/acme/menu HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1_000);
    let deaf = (0..connections).map(|_| async {
        let mut wire = Wire::open(to, 5).await.unwrap();
        let given_up = timeout(FOR_EVER, async { while wire.send(request.as_bytes()).await.is_ok() {} }).await;
        assert!(given_up.is_ok(), "answers that nobody reads are kept for ever");
    });
    join_all(deaf).await;
}

/// Bytes by chance, and bytes by chance behind a good request.
pub async fn garbage(to: SocketAddr, connections: usize) {
    let chance = Chance::seeded(5);
    for number in 0..connections {
        let mut wire = Wire::open(to, 6).await.unwrap();
        let good: &[u8] = if number % 2 == 0 { b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" } else { b"" };
        let bytes = [good, &chance.bytes::<1024>(), b"\r\n\r\n"].concat();
        // Junk may be refused before all of it is sent.
        let _ = wire.send(&bytes).await;
        let said = wire.closed().await;
        assert!(good.is_empty() || said.starts_with("HTTP/1.1 200"), "{said}");
    }
}

/// Heads that no client writes: none is served, and the connection is closed.
pub async fn absurd_heads(to: SocketAddr) {
    let (long, many) = ("a".repeat(1 << 20), "A: b\r\n".repeat(1_000));
    let post = |headers: &str| format!("POST /vxml/acme/menu HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n");
    let heads = [
        format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
        post(&format!("X: {long}")),
        post(&many),
        post("no colon"),
        post("Content-Length: 99999999999999999999999"),
        post("Content-Length: -1"),
        post("Content-Length: 3\r\nContent-Length: 4"),
        post("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff"),
        post("Transfer-Encoding: gzip, identity"),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\r\n".repeat(100_000),
    ];
    for head in heads {
        let mut wire = Wire::open(to, 7).await.unwrap();
        // Most are refused before all is sent.
        let _ = wire.send(head.as_bytes()).await;
        let said = wire.closed().await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4") || said.contains("<vxml"), "{said}");
    }
}

/// Forms beyond all measure: too many bytes are no answer, and of many fields the first are read.
pub async fn huge_forms(to: SocketAddr, path: &str) {
    let fields: String = (0..10_000).map(|number| format!("f{number}=1&")).collect();
    let (large, deep) = (format!("keys={}", "1".repeat(4 << 20)), format!("keys={}", "%2".repeat(20_000)));
    for form in [&fields[..60_000], &fields, &large, &deep] {
        for _ in 0..20 {
            let mut wire = Wire::open(to, 8).await.unwrap();
            let (call, _) = wire.get(path, "").await.unwrap().next();
            // The gateway may close before all of it is sent; if it answers, then with a page.
            if let Ok(answer) = wire.post(&format!("{call}/0"), form).await {
                assert_eq!(answer.status, 200, "{answer:?}");
            }
        }
    }
}

/// Entries, and turns of calls that nobody knows, as fast as they go; how often which status was answered.
pub async fn flood(to: SocketAddr, path: &str) -> BTreeMap<u16, usize> {
    let call = "A".repeat(55);
    let lines = (0..16).map(|line| {
        let target = if line % 2 == 0 { path.to_owned() } else { format!("{path}/{call}/{line}") };
        async move {
            let mut wire = Wire::open(to, 9).await.unwrap();
            let mut statuses = Vec::new();
            for _ in 0..500 {
                statuses.push(wire.post(&target, "keys=1").await.unwrap().status);
            }
            statuses
        }
    });
    let mut tally = BTreeMap::new();
    join_all(lines).await.into_iter().flatten().for_each(|status| *tally.entry(status).or_default() += 1);
    assert!(tally.keys().all(|status| [200, 429].contains(status)), "{tally:?}");
    tally
}

/// Sends the beginning, and then a byte twice a second, until the gateway has had enough.
async fn drip(to: SocketAddr, host: u8, beginning: &[u8]) {
    let mut wire = Wire::open(to, host).await.unwrap();
    wire.send(beginning).await.unwrap();
    let mut beats = interval(Duration::from_millis(500));
    let given_up = timeout(FOR_EVER, async {
        while wire.send(b"a").await.is_ok() {
            beats.tick().await;
        }
    });
    assert!(given_up.await.is_ok(), "who drips is never given up");
}
