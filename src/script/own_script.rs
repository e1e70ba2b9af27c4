//! Our own scripts: compiled once in a process, and loaded into each sandbox as bytecode.

use std::sync::OnceLock;

use rquickjs::module::WriteOptions;
use rquickjs::{Context, Ctx, Function, Module, Runtime};

/// A script of ours, which is one function.
pub struct OwnScript {
    source: &'static str,
    bytecode: OnceLock<Vec<u8>>,
}

impl OwnScript {
    /// The function that `source` is.
    pub const fn new(source: &'static str) -> Self {
        Self { source, bytecode: OnceLock::new() }
    }

    /// The function, in a context of any runtime of this process.
    pub fn load<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<Function<'js>> {
        let bytecode = match self.bytecode.get() {
            Some(bytecode) => bytecode,
            None => {
                let compiled = self.compile()?;
                self.bytecode.get_or_init(|| compiled)
            }
        };
        // Safe: the same engine in the same process wrote the bytecode, and nobody could change it.
        #[expect(unsafe_code, reason = "bytecode of our own making")]
        let module = unsafe { Module::load(ctx.clone(), bytecode) }?;
        let (module, _) = module.eval()?;
        module.get("default")
    }

    fn compile(&self) -> rquickjs::Result<Vec<u8>> {
        let context = Context::full(&Runtime::new()?)?;
        let source = format!("export default {}", self.source);
        let options = WriteOptions { strip_source: true, strip_debug: true, ..WriteOptions::default() };
        context.with(|ctx| Module::declare(ctx, "callward", source)?.write(options))
    }
}
