//! The media of all calls: a dedicated thread for each core, reached by bounded channels.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::media_call::MediaCall;
use super::media_news::MediaNews;
use super::media_order::{CallOrder, KeyRelay, MediaRemote};
use super::media_thread::{MediaThread, Order};
use super::pacing::Lateness;
use super::ports::{PortError, Ports};
use crate::audio::{Codec, Sound};
use crate::clock::Chance;
use crate::rtp::{Format, Key, KeyTiming, Stream, StreamSettings};

/// Orders that may wait for a thread. A thread takes all that wait every few milliseconds.
const MOST_ORDERS: usize = 16_384;

/// News that may wait for a call: some seconds of frames, and keys beside.
const MOST_NEWS: usize = 256;

/// Where and how calls have their media.
#[derive(Debug, Clone)]
pub struct MediaSettings {
    /// The address to which ports are bound.
    pub address: IpAddr,
    /// The first port of the range.
    pub first_port: u16,
    /// Its last port.
    pub last_port: u16,
    /// How many threads; one for a core that may be used up.
    pub threads: usize,
    /// How long no packet may come until a call is told; `None` for ever.
    pub silence: Option<Duration>,
    /// After how long without sound a frame of silence is sent, so that NAT and border controllers keep the call.
    pub keep_alive: Duration,
}

/// Why media cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// No ports.
    #[error(transparent)]
    Ports(#[from] PortError),
    /// The system gives no thread or no epoll.
    #[error("the media thread cannot start; free memory or file handles")]
    Start(#[source] io::Error),
    /// The thread has more orders than it can take.
    #[error("the media thread is overloaded; take fewer calls")]
    Overloaded,
    /// The thread has ended.
    #[error("the media thread is gone; restart the server")]
    Gone,
    /// Two calls on different threads cannot be joined.
    #[error("the two calls are on different media threads; open the second with `beside` the first")]
    Apart,
}

/// The media threads. When this and all streams are dropped, the threads end.
#[derive(Debug)]
pub struct Media {
    settings: MediaSettings,
    ports: Ports,
    posts: Vec<Arc<Post>>,
    chance: Chance,
    opened: AtomicU64,
}

/// The media of one call: gives its orders. Dropping it closes the ports.
#[derive(Debug)]
pub struct MediaStream {
    number: u64,
    port: u16,
    post: Arc<Post>,
    /// Sounds that were ever played.
    played: AtomicU64,
}

/// The way to one thread.
#[derive(Debug)]
struct Post {
    orders: SyncSender<Order>,
    thread: Thread,
    lateness: Arc<Lateness>,
}

impl Media {
    /// Starts the threads.
    pub fn start(settings: MediaSettings, chance: Chance) -> Result<Self, MediaError> {
        let ports = Ports::new(settings.address, settings.first_port, settings.last_port)?;
        let posts = (0..settings.threads.max(1)).map(Post::open).collect::<Result<_, _>>().map_err(MediaError::Start)?;
        Ok(Self { settings, ports, posts, chance, opened: AtomicU64::new(0) })
    }

    /// Opens ports for a call. Its news end with [`MediaNews::Closed`]. A call that will be joined to another is opened
    /// `beside` it.
    pub fn open(&self, beside: Option<&MediaStream>) -> Result<(MediaStream, mpsc::Receiver<MediaNews>), MediaError> {
        let ports = self.ports.open()?;
        let port = ports.port;
        let settings = StreamSettings::draw(&self.chance, self.settings.silence);
        let stream = Stream::new(settings, Format::new(Codec::Pcmu, None), Instant::now());
        let (sender, news) = mpsc::channel(MOST_NEWS);
        let call = MediaCall::new(ports, stream, sender, self.settings.keep_alive);
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let post = beside.map_or_else(|| self.post(number), |other| Ok(other.post.clone()))?;
        post.send(Order::Open(number, Box::new(call)))?;
        Ok((MediaStream { number, port, post, played: AtomicU64::new(0) }, news))
    }

    /// The lateness that 99 of 100 packets kept since this was last asked for; the worst of the threads.
    pub fn take_lateness(&self) -> Duration {
        self.posts.iter().map(|post| post.lateness.take_quantile(100)).max().unwrap_or_default()
    }

    fn post(&self, number: u64) -> Result<Arc<Post>, MediaError> {
        let threads = self.posts.len() as u64;
        let index = usize::try_from(number % threads.max(1)).unwrap_or_default();
        self.posts.get(index).cloned().ok_or(MediaError::Gone)
    }
}

impl MediaStream {
    /// The port for RTP; RTCP has the one above it.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// An offer was answered, or was made anew: where packets go, and in what form.
    pub fn set_remote(&self, remote: MediaRemote) -> Result<(), MediaError> {
        self.order(CallOrder::Remote(Box::new(remote)))
    }

    /// Puts sounds behind those that wait; with `repeats` the last goes on until it is interrupted or others follow. Gives
    /// how many have been played by then, all in all.
    pub fn play(&self, sounds: Vec<Sound>, repeats: bool) -> Result<u64, MediaError> {
        let count = sounds.len() as u64;
        self.order(CallOrder::Play { sounds, repeats })?;
        Ok(self.played.fetch_add(count, Ordering::Relaxed) + count)
    }

    /// Breaks off what sounds, at the next frame, and goes on with the last `remaining` sounds that wait. What is broken
    /// off does not count as ended.
    pub fn interrupt(&self, remaining: usize) -> Result<(), MediaError> {
        self.order(CallOrder::Interrupt { remaining })
    }

    /// Sends keys as telephone events; sound waits for them.
    pub fn press(&self, keys: Vec<Key>, timing: KeyTiming) -> Result<(), MediaError> {
        self.order(CallOrder::Press(keys, timing))
    }

    /// Begins or ends to tell what is said as [`MediaNews::Recorded`].
    pub fn record(&self, records: bool) -> Result<(), MediaError> {
        self.order(CallOrder::Record(records))
    }

    /// Begins or ends to tell each frame that is heard as [`MediaNews::Heard`], for whoever looks for tones.
    pub fn tap(&self, has_tap: bool) -> Result<(), MediaError> {
        self.order(CallOrder::Tap(has_tap))
    }

    /// Lets two calls hear each other, where nothing is played to them. `keys` says what becomes of this call's keys; it
    /// is told of them in any case.
    pub fn join(&self, other: &Self, keys: KeyRelay) -> Result<(), MediaError> {
        if !Arc::ptr_eq(&self.post, &other.post) {
            return Err(MediaError::Apart);
        }
        self.order(CallOrder::Join(other.number, keys))
    }

    /// Ends a joining.
    pub fn part(&self) -> Result<(), MediaError> {
        self.order(CallOrder::Part)
    }

    fn order(&self, order: CallOrder) -> Result<(), MediaError> {
        self.post.send(Order::To(self.number, order))
    }
}

impl Drop for MediaStream {
    fn drop(&mut self) {
        // Waits for room when the thread has more to do than it can: a call that is over must not keep its ports.
        if self.post.orders.send(Order::To(self.number, CallOrder::Close)).is_err() {
            tracing::debug!(port = self.port, "the media thread has ended before this call");
        }
        self.post.thread.unpark();
    }
}

impl Post {
    fn open(index: usize) -> io::Result<Arc<Self>> {
        let (orders, taken) = sync_channel(MOST_ORDERS);
        let lateness = Arc::new(Lateness::default());
        let media = MediaThread::new(taken, lateness.clone())?;
        let running = std::thread::Builder::new().name(format!("media {index}")).spawn(move || media.run())?;
        Ok(Arc::new(Self { orders, thread: running.thread().clone(), lateness }))
    }

    fn send(&self, order: Order) -> Result<(), MediaError> {
        let sent = self.orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => MediaError::Overloaded,
            TrySendError::Disconnected(_) => MediaError::Gone,
        });
        self.thread.unpark();
        sent
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if self.send(Order::Quit).is_err() {
            tracing::debug!("a media thread has ended before its house");
        }
    }
}
