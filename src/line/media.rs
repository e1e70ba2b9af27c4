//! The media of all calls: a dedicated thread for each core, reached by bounded channels.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::carrier::Carrier;
use super::media_call::MediaCall;
use super::media_error::MediaError;
use super::media_news::MediaNews;
use super::media_order::{CallOrder, KeyRelay, MediaRemote};
use super::media_post::Post;
use super::media_thread::Order;
use super::moment::now;
use super::ports::Ports;
use crate::audio::{Codec, Sound};
use crate::clock::Chance;
use crate::rtp::{Format, Key, KeyTiming, Stream, StreamSettings};

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

/// The media threads. When this and all streams are dropped, the threads end.
#[derive(Debug)]
pub struct Media {
    settings: MediaSettings,
    ports: Ports,
    posts: Vec<Arc<Post>>,
    carrier: Option<Arc<dyn Carrier>>,
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

impl Media {
    /// Starts the threads.
    pub fn start(settings: MediaSettings, chance: Chance) -> Result<Self, MediaError> {
        let ports = Ports::new(settings.address, settings.first_port, settings.last_port)?;
        let posts = (0..settings.threads.max(1)).map(Post::of_thread).collect::<Result<_, _>>().map_err(MediaError::Start)?;
        Ok(Self { settings, ports, posts, carrier: None, chance, opened: AtomicU64::new(0) })
    }

    /// Works in a task instead of threads, by the time of the runtime, which a rehearsal can hold; packets go out by the
    /// carrier, where there is one.
    pub fn start_in_runtime(settings: MediaSettings, carrier: Option<Arc<dyn Carrier>>, chance: Chance) -> Result<Self, MediaError> {
        let ports = Ports::new(settings.address, settings.first_port, settings.last_port)?;
        let posts = vec![Post::of_task().map_err(MediaError::Start)?];
        Ok(Self { settings, ports, posts, carrier, chance, opened: AtomicU64::new(0) })
    }

    /// Opens ports for a call. Its news end with [`MediaNews::Closed`]. A call that will be joined to another is opened
    /// `beside` it.
    pub fn open(&self, beside: Option<&MediaStream>) -> Result<(MediaStream, mpsc::Receiver<MediaNews>), MediaError> {
        let ports = self.ports.open()?;
        let port = ports.port;
        let settings = StreamSettings::draw(&self.chance, self.settings.silence);
        let stream = Stream::new(settings, Format::new(Codec::Pcmu, None), now());
        let (sender, news) = mpsc::channel(MOST_NEWS);
        let call = MediaCall::new(ports, stream, sender, self.settings.keep_alive, self.carrier.clone());
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
        match self.played.load(Ordering::Relaxed) {
            0 => Ok(()),
            _ => self.order(CallOrder::Interrupt { remaining }),
        }
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
        if !self.post.close(self.number) {
            tracing::debug!(port = self.port, "the media thread has ended before this call");
        }
    }
}
