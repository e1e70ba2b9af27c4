//! A network that loses, doubles, delays and overtakes datagrams, by a chance that can be repeated.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Chance;
use crate::line::{Carrier, Outlet};

/// Datagrams of a hundred that are lost.
const LOST: u64 = 5;
/// Datagrams of a hundred that come twice.
const DOUBLED: u64 = 2;
/// Milliseconds that every datagram takes, for a while.
const LEAST: u64 = 20;
const DRIFT: u64 = 40;
/// Datagrams until that changes.
const WHILE: u64 = 100;
/// Milliseconds by which one may be later than the one behind it.
const OVERTAKEN: u64 = 60;

/// One way of it.
#[derive(Debug)]
pub(super) struct BadNetwork {
    chance: Chance,
    carried: AtomicU64,
    drift: AtomicU64,
}

impl BadNetwork {
    pub fn new(chance: Chance) -> Self {
        Self { chance, carried: AtomicU64::new(0), drift: AtomicU64::new(0) }
    }

    fn copies(&self) -> usize {
        match self.draw(100) {
            drawn if drawn < LOST => 0,
            drawn if drawn < LOST + DOUBLED => 2,
            _ => 1,
        }
    }

    fn delay(&self) -> Duration {
        if self.carried.fetch_add(1, Ordering::Relaxed).is_multiple_of(WHILE) {
            self.drift.store(self.draw(DRIFT), Ordering::Relaxed);
        }
        Duration::from_millis(LEAST + self.drift.load(Ordering::Relaxed) + self.draw(OVERTAKEN))
    }

    fn draw(&self, below: u64) -> u64 {
        u64::from(u32::from_be_bytes(self.chance.bytes())) % below
    }
}

impl Carrier for BadNetwork {
    fn carry(&self, outlet: Arc<dyn Outlet>, bytes: Vec<u8>, to: SocketAddr) {
        for _ in 0..self.copies() {
            let (outlet, bytes, delay) = (outlet.clone(), bytes.clone(), self.delay());
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                // The socket may have closed while the datagram was under way.
                drop(outlet.send(&bytes, to));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use super::*;

    /// Keeps what comes.
    #[derive(Default)]
    struct Kept(Mutex<Vec<u16>>);

    impl Outlet for Kept {
        fn send(&self, bytes: &[u8], _: SocketAddr) -> io::Result<usize> {
            self.0.lock().unwrap().push(u16::from_be_bytes([bytes[0], bytes[1]]));
            Ok(bytes.len())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn some_are_lost_some_come_twice_and_some_overtake() {
        let (network, kept) = (BadNetwork::new(Chance::seeded(3)), Arc::new(Kept::default()));

        for number in 0..2000_u16 {
            network.carry(kept.clone(), number.to_be_bytes().to_vec(), SocketAddr::from(([127, 0, 0, 1], 9)));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;

        let came = kept.0.lock().unwrap().clone();
        let mut once = came.clone();
        once.sort_unstable();
        once.dedup();
        let overtaken = came.windows(2).filter(|pair| pair[0] > pair[1]).count();
        assert!((1850..1950).contains(&once.len()), "{}", once.len());
        assert!((20..70).contains(&(came.len() - once.len())), "{}", came.len() - once.len());
        assert!(overtaken > 200, "{overtaken}");
    }
}
