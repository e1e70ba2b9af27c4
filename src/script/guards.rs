//! Puts guards before native built-ins, before the first script runs that can reach them: most scripts reach few.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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
        for (kind, up) in BUILT_INS.iter().zip(self.up.iter()) {
            raise(ctx, kind, up, mentions)?;
        }
        Ok(())
    }
}

fn raise(ctx: &Ctx<'_>, kind: &Kind, up: &AtomicU32, mentions: &Mentions<'_>) -> rquickjs::Result<()> {
    for (place, name) in kind.names.split_whitespace().enumerate() {
        let is_reached = match mentions {
            Mentions::Anything => true,
            Mentions::Words(words) => words.contains(&name),
        };
        let bit = 1 << place;
        if is_reached && up.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            builder(ctx)?.call::<_, ()>((kind.home.as_str(), kind.guard.as_str(), name))?;
        }
    }
    Ok(())
}

/// What the prelude gave for this.
fn builder<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
    ctx.userdata::<Function>().map(|builder| builder.clone()).ok_or(rquickjs::Error::Unknown)
}
