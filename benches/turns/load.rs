//! Load over HTTP/1.1 with keep-alive: as many requests in flight as connections, each with a call of its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is fetched again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `GET /`.
    Static,
    /// The next turn of the connection's call, with a key.
    Turn,
    /// A new call's first page.
    Entry,
    /// `POST /call/{n}` with a key.
    Rival,
}

/// A load to be put on a server.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub address: SocketAddr,
    pub page: Page,
    pub connections: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Measured {
    /// How long each request took, sorted.
    times: Vec<Duration>,
    lasted: Duration,
    /// CPU of the server meanwhile.
    pub cpu: Duration,
}

/// When a connection has done its part.
#[derive(Clone)]
enum Until {
    Time(Instant),
    Pages(Arc<AtomicUsize>),
}

impl Load {
    /// Loads the server for a while.
    pub async fn run(self, lasting: Duration) -> io::Result<Measured> {
        let end = Instant::now() + lasting;
        self.until(Until::Time(end)).await
    }

    /// Fetches this many pages.
    pub async fn pages(self, pages: usize) -> io::Result<Measured> {
        self.until(Until::Pages(Arc::new(AtomicUsize::new(pages)))).await
    }

    async fn until(self, until: Until) -> io::Result<Measured> {
        let began = Instant::now();
        let connections: Vec<_> = (0..self.connections).map(|number| tokio::spawn(self.connection(number, until.clone()))).collect();
        let mut times = Vec::new();
        for connection in connections {
            times.extend(connection.await.map_err(io::Error::other)??);
        }
        times.sort_unstable();
        Ok(Measured { times, lasted: began.elapsed(), cpu: Duration::ZERO })
    }

    async fn connection(self, number: usize, until: Until) -> io::Result<Vec<Duration>> {
        let mut line = Line::open(self.address).await?;
        let mut call = match self.page {
            Page::Turn => line.begin_call().await?,
            Page::Static | Page::Entry | Page::Rival => Call::default(),
        };
        let mut times = Vec::new();
        while until.goes_on() {
            let began = Instant::now();
            match self.page {
                Page::Static => drop(line.ask("GET", "/", "").await?),
                Page::Turn => line.press(&mut call).await?,
                Page::Entry => drop(line.begin_call().await?),
                Page::Rival => line.press_at_rival(number).await?,
            }
            times.push(began.elapsed());
        }
        Ok(times)
    }
}

impl Measured {
    pub fn pages_a_second(&self) -> f64 {
        self.times.len() as f64 / self.lasted.as_secs_f64()
    }

    pub fn cpu_a_page(&self) -> Duration {
        self.cpu.div_f64(self.times.len().max(1) as f64)
    }

    /// The `percent`th percentile.
    pub fn at(&self, percent: usize) -> Duration {
        self.times.get(self.times.len() * percent / 100).copied().unwrap_or_default()
    }
}

impl Until {
    fn goes_on(&self) -> bool {
        match self {
            Self::Time(end) => Instant::now() < *end,
            Self::Pages(left) => left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok(),
        }
    }
}

/// A call that goes on.
#[derive(Debug, Default)]
struct Call {
    /// Its address, up to the turn.
    address: String,
    turn: u32,
}

/// A connection that is kept.
pub struct Line {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 << 10) })
    }

    /// Fetches the entry page, and posts turn 0.
    async fn begin_call(&mut self) -> io::Result<Call> {
        let entry = self.ask("GET", "/vxml/bench/menu", "").await?;
        let (address, _) = entry.split_once("/0\"").ok_or_else(|| io::Error::other(format!("no call in {entry}")))?;
        let address = address.rsplit_once('"').map(|(_, address)| address.to_owned()).unwrap_or_default();
        let mut call = Call { address, turn: 0 };
        self.press(&mut call).await?;
        Ok(call)
    }

    async fn press(&mut self, call: &mut Call) -> io::Result<()> {
        let page = self.ask("POST", &format!("{}/{}", call.address, call.turn), "keys=1").await?;
        call.turn += 1;
        let next = format!("{}/{}\"", call.address, call.turn);
        if page.contains(&next) { Ok(()) } else { Err(io::Error::other(format!("turn {} is not what follows:\n{page}", call.turn))) }
    }

    async fn press_at_rival(&mut self, call: usize) -> io::Result<()> {
        let page = self.ask("POST", &format!("/call/{call}"), "keys=1").await?;
        if page.contains("<vxml") { Ok(()) } else { Err(io::Error::other(format!("this is no page: {page}"))) }
    }

    /// The first page of the menu.
    pub async fn menu_page(&mut self) -> io::Result<String> {
        let call = self.begin_call().await?;
        self.ask("POST", &format!("{}/0", call.address), "").await
    }

    pub async fn ask(&mut self, method: &str, path: &str, form: &str) -> io::Result<String> {
        let length = form.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        let request = format!("{head}Content-Length: {length}\r\n\r\n{form}");
        self.stream.write_all(request.as_bytes()).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(body) = whole_body(&self.received) {
                return Ok(String::from_utf8_lossy(body).into_owned());
            }
        }
    }
}

/// The body, once all of it is there.
fn whole_body(received: &[u8]) -> Option<&[u8]> {
    let end = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(received.get(..end)?).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
    received.get(end..end + length)
}
