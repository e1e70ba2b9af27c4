//! What the media thread costs: calls on loopback that hear a prompt, without and with their callers' RTP coming in.
//!
//! `cargo bench --bench media -- [CALLS] [SECONDS]` prints, for 100 calls and for CALLS, the processor time of the media
//! thread for each 100 calls, and the lateness that 99 of 100 packets kept.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use callward::audio::{Codec, Sound};
use callward::clock::Chance;
use callward::line::{Media, MediaNews, MediaRemote, MediaSettings, MediaStream};
use callward::rtp::{Format, HEADER_BYTES, Header};
use tokio::sync::mpsc::Receiver;

const FRAME: Duration = Duration::from_millis(20);

/// The callers: one socket that takes all packets, and may send to every call.
struct Callers {
    socket: UdpSocket,
    heard: AtomicU64,
    is_over: AtomicBool,
}

struct Measured {
    cpu: Duration,
    heard: u64,
    late: Duration,
}

fn main() {
    // `cargo test --all-targets` starts benchmarks too, unoptimised: nothing is to be measured then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let most = numbers.first().copied().unwrap_or(2000);
    let seconds = numbers.get(1).copied().unwrap_or(5) as u64;
    println!("calls  callers send  cpu per 100 calls  packets/s  p99 late");
    for calls in [100, most] {
        for callers_send in [false, true] {
            let measured = measure(calls, callers_send, Duration::from_secs(seconds));
            println!(
                "{calls:5}  {:12}  {:15.2} %  {:9.0}  {:5.2} ms",
                if callers_send { "yes" } else { "no" },
                measured.cpu.as_secs_f64() / seconds as f64 * 10_000.0 / calls as f64,
                measured.heard as f64 / seconds as f64,
                measured.late.as_secs_f64() * 1000.0,
            );
        }
    }
}

fn measure(calls: usize, callers_send: bool, length: Duration) -> Measured {
    let callers = Callers::new();
    let media = Media::start(settings(), Chance::seeded(1)).expect("the media thread starts");
    let open = open_calls(&media, calls, callers.socket.local_addr().expect("it is bound"));
    let ports: Vec<u16> = open.iter().map(|(stream, _)| stream.port()).collect();
    let threads = [Some(callers.clone().listen()), callers_send.then(|| callers.clone().send(ports))];
    std::thread::sleep(Duration::from_millis(500));

    let (before, heard_before, start) = (media_cpu(), callers.heard.load(Ordering::Relaxed), Instant::now());
    media.take_lateness();
    std::thread::sleep(length.saturating_sub(start.elapsed()));
    let (cpu, heard) = (media_cpu() - before, callers.heard.load(Ordering::Relaxed) - heard_before);
    let late = media.take_lateness();

    callers.is_over.store(true, Ordering::Relaxed);
    threads.into_iter().flatten().for_each(|thread| thread.join().expect("callers do not panic"));
    drop((open, media));
    std::thread::sleep(Duration::from_millis(200));
    Measured { cpu, heard, late }
}

fn open_calls(media: &Media, calls: usize, caller: SocketAddr) -> Vec<(MediaStream, Receiver<MediaNews>)> {
    let prompt = Sound::new((0..800_000_i32).map(|sample| (sample % 100 * 80) as i16).collect());
    let open = |_| {
        let (stream, news) = media.open(None).expect("there are ports");
        let format = Format::new(Codec::Pcmu, Some(101));
        let remote = MediaRemote { rtp: Some(caller), rtcp: None, rtcp_mux: false, format, srtp: None };
        stream.set_remote(remote).expect("the thread takes orders");
        stream.play(vec![prompt.clone()], true).expect("the thread takes orders");
        (stream, news)
    };
    (0..calls).map(open).collect()
}

fn settings() -> MediaSettings {
    MediaSettings {
        address: Ipv4Addr::LOCALHOST.into(),
        first_port: 20_000,
        last_port: 32_000,
        threads: 1,
        silence: None,
        keep_alive: Duration::from_secs(1),
    }
}

impl Callers {
    fn new() -> Arc<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        socket.set_nonblocking(true).expect("a socket may be non-blocking");
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4 << 20).expect("a socket has a buffer");
        Arc::new(Self { socket, heard: AtomicU64::new(0), is_over: AtomicBool::new(false) })
    }

    /// Looks every two milliseconds, so that the media thread does not pay for waking a listener at each packet.
    fn listen(self: Arc<Self>) -> JoinHandle<()> {
        std::thread::spawn(move || {
            let mut buffer = [0; 2048];
            while !self.is_over.load(Ordering::Relaxed) {
                while self.socket.recv_from(&mut buffer).is_ok() {
                    self.heard.fetch_add(1, Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        })
    }

    /// Sends a frame to each call every 20 ms, a twentieth of the calls in each millisecond.
    fn send(self: Arc<Self>, ports: Vec<u16>) -> JoinHandle<()> {
        std::thread::spawn(move || {
            let (start, mut packet) = (Instant::now(), [0; HEADER_BYTES + 160]);
            let mut slot = 0_u32;
            while !self.is_over.load(Ordering::Relaxed) {
                let frame = slot / 20;
                for (call, port) in ports.iter().enumerate().skip(slot as usize % 20).step_by(20) {
                    let header =
                        Header { payload_type: 0, marker: false, sequence: frame as u16, timestamp: frame * 160, ssrc: call as u32 + 1 };
                    header.write(&[0x55; 160], &mut packet).expect("a frame fits");
                    drop(self.socket.send_to(&packet, (Ipv4Addr::LOCALHOST, *port)));
                }
                slot += 1;
                std::thread::sleep((start + FRAME / 20 * slot).saturating_duration_since(Instant::now()));
            }
        })
    }
}

/// The processor time of the media threads, as the kernel's scheduler counts it.
fn media_cpu() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").expect("a Linux machine").flatten();
    let media = tasks.filter(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.starts_with("media ")));
    let nanoseconds = media.filter_map(|task| {
        let counts = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        counts.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
