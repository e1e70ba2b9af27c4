//! Puts guards before native built-ins, before the first script runs that can reach them: most scripts reach few.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use rquickjs::{Ctx, Function};

use super::built_ins::{BUILT_INS, Kind};
use super::mentions::Mentions;

/// The guards of one sandbox: each source text must be admitted before it is compiled. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Guards {
    /// One bit for each name of a kind.
    up: Arc<[AtomicU32; BUILT_INS.len()]>,
}

impl Guards {
    /// A script is about to be compiled: what it can reach is guarded from here on.
    pub fn admit(&self, ctx: &Ctx<'_>, source: &str) -> rquickjs::Result<()> {
        self.raise_for(ctx, &Mentions::of(source))
    }

    /// Everything is guarded from here on.
    pub fn raise_all(&self, ctx: &Ctx<'_>) -> rquickjs::Result<()> {
        self.raise_for(ctx, &Mentions::Anything)
    }

    /// [`Self::admit`] as a function for scripts of ours that compile others.
    pub fn function<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
        let guards = self.clone();
        Function::new(ctx.clone(), move |ctx: Ctx<'_>, source: String| guards.admit(&ctx, &source))
    }

    fn raise_for(&self, ctx: &Ctx<'_>, mentions: &Mentions<'_>) -> rquickjs::Result<()> {
        match mentions {
            Mentions::Anything => PLACES.values().flatten().try_for_each(|place| self.raise(ctx, place)),
            Mentions::Words(words) => {
                words.iter().filter_map(|word| PLACES.get(word)).flatten().try_for_each(|place| self.raise(ctx, place))
            }
        }
    }

    fn raise(&self, ctx: &Ctx<'_>, place: &Place) -> rquickjs::Result<()> {
        let Some(up) = self.up.get(place.kind) else { return Ok(()) };
        if up.fetch_or(place.bit, Ordering::Relaxed) & place.bit != 0 {
            return Ok(());
        }
        let Kind { home, guard, .. } = &BUILT_INS[place.kind];
        builder(ctx)?.call((home.as_str(), guard.as_str(), place.name))
    }
}

/// Where a name stands among the built-ins.
struct Place {
    kind: usize,
    bit: u32,
    name: &'static str,
}

/// The built-ins by name.
static PLACES: LazyLock<BTreeMap<&'static str, Vec<Place>>> = LazyLock::new(|| {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (kind, built_ins) in BUILT_INS.iter().enumerate() {
        for (place, name) in built_ins.names.split_whitespace().enumerate() {
            places.entry(name).or_default().push(Place { kind, bit: 1 << place, name });
        }
    }
    places
});

/// What the prelude gave for this.
fn builder<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
    ctx.userdata::<Function>().map(|builder| builder.clone()).ok_or(rquickjs::Error::Unknown)
}
