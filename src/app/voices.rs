//! The voices that the configuration names, in its order.

use std::error::Error;
use std::sync::Arc;

use crate::voice::{CommandEngine, Engine, EngineKind, HttpEngine, Recorded, Speaker, SpeechCache, SpeechSettings, Synthesised, Voice};

/// Everyone who can speak.
///
/// # Errors
/// When recordings cannot be read, or the speech service cannot be asked.
pub fn speaker(settings: &SpeechSettings) -> Result<Speaker, Box<dyn Error>> {
    let cache = Arc::new(SpeechCache::new(settings.cache.clone(), settings.cache_bytes));
    let mut voices: Vec<Arc<dyn Voice>> = Vec::new();
    for kind in &settings.engines {
        match engine(*kind, settings)? {
            Some(engine) => voices.push(Arc::new(Synthesised::new(engine, cache.clone(), settings.at_once))),
            None => voices.push(Arc::new(match &settings.recordings {
                Some(folder) => Recorded::with_own(folder)?,
                None => Recorded::shipped()?,
            })),
        }
    }
    Ok(Speaker::new(voices))
}

/// The synthesiser of that name; recordings have none.
pub(super) fn engine(kind: EngineKind, settings: &SpeechSettings) -> Result<Option<Arc<dyn Engine>>, Box<dyn Error>> {
    Ok(match kind {
        EngineKind::Recorded => None,
        EngineKind::EspeakNg => Some(Arc::new(CommandEngine::espeak_ng(settings.espeak_ng.clone(), settings.timeout))),
        EngineKind::Flite => Some(Arc::new(CommandEngine::flite(settings.flite.clone(), settings.timeout))),
        EngineKind::Http => match &settings.http {
            Some(http) => Some(Arc::new(HttpEngine::new(http.clone(), settings.timeout)?)),
            None => return Err("speech.http has no url; write it in [speech.http]".into()),
        },
    })
}
