//! A caller who acts at any time, in tokio's virtual time: barge-in, timers, keys in the middle of a fetch.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callward::browser::{Ending, Fetch, FetchFailure, Reason, Resource, Start};
use callward::clock::{Chance, Clock};
use callward::line::{Asked, Caller, Fetching, Handset, Happening, Pace, Reply, session_variables};
use tokio::time::{Instant, sleep, sleep_until};
use url::Url;

const PAGE: &str = "<vxml version='2.1'>
  <property name='timeout' value='5s'/><property name='interdigittimeout' value='2s'/>
  <form>
    <field name='a' type='digits'>
      <prompt>Thirty characters of prompting.</prompt>
      <noinput>Nothing. <reprompt/></noinput>
      <filled><log>a <value expr='a'/></log><goto next='/slow' fetchaudio='music.wav'/></filled>
    </field>
  </form></vxml>";

const SLOW: &str = "<vxml version='2.1'><form>
  <field name='b' type='digits?length=2'><prompt>More.</prompt><filled><log>b <value expr='b'/></log></filled></field>
</form></vxml>";

#[tokio::test(start_paused = true)]
async fn keys_cut_the_prompt_and_the_timer_between_keys_runs() {
    let (told, ending) = call(&[(1_000, "12"), (2_500, "3"), (10_000, "45")]).await;

    // The third key comes within 2 s of the second; the sound begins 2 s into the fetch and plays for 5 s.
    assert_eq!(
        told,
        [(0, "Thirty characters of prompting."), (4_500, "log a 123"), (6_500, "music.wav"), (11_500, "stop"), (11_500, "log b 45")]
    );
    assert_eq!(ending.reason, Reason::Exit);
}

#[tokio::test(start_paused = true)]
async fn silence_is_noinput_five_seconds_after_the_prompt() {
    let (told, ending) = call(&[(8_000, "h")]).await;

    assert_eq!(told, [(0, "Thirty characters of prompting."), (7_015, "Nothing."), (7_535, "Thirty characters of prompting.")]);
    assert_eq!(ending.reason, Reason::Hangup);
}

/// Calls the page with a caller who presses keys at these milliseconds, or hangs up; gives what was told and when.
async fn call(acts: &[(u64, &'static str)]) -> (Vec<(u128, &'static str)>, Ending) {
    let url = Url::parse("http://pages.example/start").unwrap();
    let session = session_variables("tel:+493099", "tel:+4930901820");
    let start = Start { url, session, clock: Clock::by_hand(jiff::Timestamp::UNIX_EPOCH), chance: Chance::seeded(1) };
    let told = Arc::new(Mutex::new(Vec::new()));
    let caller = Typist { began: Instant::now(), acts: acts.iter().rev().copied().collect(), told: Arc::clone(&told) };
    let ending = Handset::new(start, Pages, caller, Pace::Live).unwrap().run().await.unwrap();
    let told = told.lock().unwrap().clone();
    (told, ending)
}

/// The second page takes three seconds.
struct Pages;

impl Fetching for Pages {
    async fn fetch(&mut self, request: &Fetch) -> Result<Resource, FetchFailure> {
        let body = match request.url.path() {
            "/start" => PAGE,
            _ => {
                sleep(Duration::from_secs(3)).await;
                SLOW
            }
        };
        Ok(Resource { url: request.url.clone(), media_type: None, body: body.as_bytes().to_vec() })
    }
}

struct Typist {
    began: Instant,
    acts: Vec<(u64, &'static str)>,
    told: Arc<Mutex<Vec<(u128, &'static str)>>>,
}

impl Caller for Typist {
    fn witness(&mut self, happening: &Happening<'_>, at: Duration) {
        let words = match happening {
            Happening::Prompt(spoken) => spoken.text.clone(),
            Happening::Log { text, .. } => format!("log {text}"),
            Happening::Meanwhile(Some(audio)) => audio.url.rsplit('/').next().unwrap_or_default().to_owned(),
            Happening::Meanwhile(None) => "stop".to_owned(),
            _ => return,
        };
        self.told.lock().unwrap().push((at.as_millis(), Box::leak(words.into_boxed_str())));
    }

    async fn answer(&mut self, _asked: Asked) -> Option<Reply> {
        let Some((at, keys)) = self.acts.last().copied() else { std::future::pending().await };
        sleep_until(self.began + Duration::from_millis(at)).await;
        self.acts.pop();
        Some(if keys == "h" { Reply::HangUp } else { Reply::keys(keys) })
    }
}
