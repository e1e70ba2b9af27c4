//! The sandbox itself: one QuickJS runtime with one context, and the ways into it.

use rquickjs::context::EvalOptions;
use rquickjs::context::intrinsic::{Date, Eval, Json, Promise, RegExp, RegExpCompiler};
use rquickjs::{Context, Ctx, Exception, FromJs, Function, Runtime, Type, Value};

use super::aside::aside;
use super::gauge::{Gauge, Limit, Limits};
use super::guards::Guards;
use super::metered_memory::{Doors, MeteredMemory};
use super::own_script::OwnScript;
use crate::clock::{Chance, Clock};

/// What a page may expect of ECMAScript; what the prelude would take away again is not even made.
type Furniture = (Date, Eval, RegExpCompiler, RegExp, Json, Promise);

/// Bytes that a sandbox may grow by until its cycles are looked through.
const GROWTH: usize = 512 << 10;

/// Where the engine itself refuses memory, in [`Limits::memory`]: only one block that is far too large gets there.
const LAST_RESORT: usize = 4;

static PRELUDE: OwnScript = OwnScript::new(include_str!("prelude.js"));

/// Why a script gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// The script has a fault or threw something; the words are its own.
    #[error("{0}")]
    Thrown(String),
    /// The script ran into a limit; the sandbox is broken and must be thrown away.
    #[error("the script used more {0} than it may")]
    Limit(Limit),
    /// An earlier script ran into a limit; the sandbox must be thrown away.
    #[error("an earlier script broke the sandbox: it used more {0} than it may")]
    Broken(Limit),
    /// The sandbox could not be made, or a value could not cross its border.
    #[error("the script engine failed: {0}")]
    Engine(String),
}

/// A place in which scripts of strangers run. A run may take as long as [`Limits`] lets it; async workers leave their tasks to others
/// meanwhile.
pub struct Sandbox {
    context: Context,
    gauge: Gauge,
    guards: Guards,
    broken: Option<Limit>,
    /// Bytes that were in use when its cycles were looked through.
    settled: usize,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("broken", &self.broken).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// An empty sandbox, whose `Date` asks `clock` and whose `Math.random` asks `chance`.
    pub fn new(limits: Limits, clock: &Clock, chance: &Chance) -> Result<Self, ScriptError> {
        let gauge = Gauge::new(limits);
        let doors = Doors::default();
        let memory = MeteredMemory { gauge: gauge.clone(), doors: doors.clone() };
        let runtime = Runtime::new_with_alloc(memory).map_err(engine)?;
        runtime.set_memory_limit(limits.memory.saturating_mul(LAST_RESORT));
        // Only between runs, where nothing is half done: a collection that begins while the engine has just run out of memory
        // finds lists with a gap in them, and the process is gone.
        runtime.set_gc_threshold(usize::MAX);
        runtime.set_max_stack_size(limits.stack);
        let context = Context::custom::<Furniture>(&runtime).map_err(engine)?;
        let handler = gauge.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || handler.should_interrupt())));
        let mut sandbox = Self { context, gauge, guards: Guards::default(), broken: None, settled: usize::MAX };
        let (gauge, clock, chance) = (sandbox.gauge.clone(), clock.clone(), chance.clone());
        sandbox.enter(|ctx| {
            doors.belong_to(ctx);
            furnish(ctx, gauge, clock, chance)
        })?;
        sandbox.settled = sandbox.gauge.held();
        Ok(sandbox)
    }

    /// The limit that broke this sandbox, if one did.
    pub fn broken(&self) -> Option<Limit> {
        self.broken
    }

    /// Whoever waited for these scripts has got something: from here on they have a whole [`Limits::budget`] again.
    pub fn renew_budget(&self) {
        self.gauge.renew();
    }

    /// How much of the budget is gone.
    pub fn spent(&self) -> u64 {
        self.gauge.spent()
    }

    /// What an earlier sandbox of the same owner spent counts here too.
    pub fn set_spent(&self, steps: u64) {
        self.gauge.set_spent(steps);
    }

    /// Runs `visit` inside, under the limits of one run. Whoever needs more of the engine than the methods here comes in by this door.
    pub fn enter<R>(&mut self, visit: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Result<R, ScriptError> {
        if let Some(limit) = self.broken {
            return Err(ScriptError::Broken(limit));
        }
        self.gauge.reset();
        let context = &self.context;
        let outcome = aside(|| context.with(|ctx| visit(&ctx).map_err(|error| caught(&ctx, error))));
        if let Some(limit) = self.gauge.exhausted() {
            self.broken = Some(limit);
            return Err(ScriptError::Limit(limit));
        }
        match &outcome {
            Err(ScriptError::Limit(limit)) => self.broken = Some(*limit),
            Ok(_) | Err(_) => self.sweep(),
        }
        outcome
    }

    /// Frees what only its own cycles hold.
    fn sweep(&mut self) {
        if self.gauge.held() > self.settled.saturating_add(GROWTH) {
            self.context.runtime().run_gc();
            self.settled = self.gauge.held();
        }
    }

    /// The guards, for whoever compiles scripts inside in another way than by the methods here.
    pub fn guards(&self) -> Guards {
        self.guards.clone()
    }

    /// Runs a whole script; what its last statement gives is dropped.
    pub fn run(&mut self, source: &str) -> Result<(), ScriptError> {
        let guards = self.guards.clone();
        self.enter(|ctx| {
            guards.admit(ctx, source)?;
            evaluate::<Value>(ctx, source).map(drop)
        })
    }

    /// The value of an expression as JSON; `None` where JSON has no word for it (`undefined`, a function).
    pub fn evaluate(&mut self, expression: &str) -> Result<Option<serde_json::Value>, ScriptError> {
        let source = format!("({expression}\n)");
        let guards = self.guards.clone();
        let json = self.enter(|ctx| {
            guards.admit(ctx, &source)?;
            let value: Value = evaluate(ctx, &source)?;
            ctx.json_stringify(value)?.map(|json| json.to_string()).transpose()
        })?;
        json.map(|json| serde_json::from_str(&json)).transpose().map_err(|error| ScriptError::Engine(error.to_string()))
    }

    /// Sets the global variable `name`.
    pub fn assign(&mut self, name: &str, value: &serde_json::Value) -> Result<(), ScriptError> {
        let json = value.to_string();
        self.enter(|ctx| ctx.globals().set(name, ctx.json_parse(json)?))
    }
}

fn furnish(ctx: &Ctx<'_>, gauge: Gauge, clock: Clock, chance: Chance) -> rquickjs::Result<()> {
    let charge = Function::new(ctx.clone(), move |ctx: Ctx<'_>, work: f64| match gauge.charge(work) {
        true => Ok(()),
        false => Err(Exception::throw_range(&ctx, "too large to work through")),
    })?;
    let now = Function::new(ctx.clone(), move || clock.now().as_millisecond() as f64)?;
    let random = Function::new(ctx.clone(), move || fraction(&chance))?;
    let builder: Function = PRELUDE.load(ctx)?.call((charge, now, random))?;
    ctx.store_userdata(builder).map(drop).map_err(|_| rquickjs::Error::Unknown)
}

/// 53 random bits as a number from 0 up to, but not including, 1.
fn fraction(chance: &Chance) -> f64 {
    (u64::from_le_bytes(chance.bytes()) >> 11) as f64 / (1u64 << 53) as f64
}

/// Scripts are sloppy code, as VoiceXML pages expect; rquickjs would make them strict.
fn evaluate<'js, V: FromJs<'js>>(ctx: &Ctx<'js>, source: &str) -> rquickjs::Result<V> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some("script".to_owned());
    ctx.eval_with_options(source, options)
}

fn caught(ctx: &Ctx<'_>, error: rquickjs::Error) -> ScriptError {
    match error {
        rquickjs::Error::Exception => thrown(ctx, ctx.catch()),
        rquickjs::Error::Allocation => ScriptError::Limit(Limit::Memory),
        other => engine(other),
    }
}

fn thrown<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> ScriptError {
    // QuickJS throws a bare null, or nothing at all, where memory does not even suffice for the error.
    if value.is_null() || value.type_of() == Type::Uninitialized {
        return ScriptError::Limit(Limit::Memory);
    }
    let Some(exception) = value.as_exception() else {
        let words = rquickjs::Coerced::<String>::from_js(ctx, value).map(|words| words.0);
        return ScriptError::Thrown(words.unwrap_or_else(|_| "the script threw a value that has no words".to_owned()));
    };
    let message = exception.message().unwrap_or_default();
    match message.as_str() {
        "out of memory" => ScriptError::Limit(Limit::Memory),
        "Maximum call stack size exceeded" => ScriptError::Limit(Limit::Stack),
        "" => ScriptError::Thrown(name(exception)),
        words => ScriptError::Thrown(format!("{}: {words}", name(exception))),
    }
}

fn name(exception: &Exception<'_>) -> String {
    exception.as_object().get("name").unwrap_or_else(|_| "Error".to_owned())
}

fn engine(error: rquickjs::Error) -> ScriptError {
    ScriptError::Engine(error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_expression_gives_json_and_undefined_gives_nothing() {
        let mut sandbox = sandbox();
        sandbox.assign("caller", &json!({ "id": "0123", "tries": [1, 2] })).unwrap();
        sandbox.run("var twice = caller.tries[1] * 2; with (caller) { id = id + '4' }").unwrap();

        assert_eq!(sandbox.evaluate("{ twice: twice, id: caller.id }").unwrap(), Some(json!({ "twice": 4, "id": "01234" })));
        assert_eq!(sandbox.evaluate("undefined").unwrap(), None);
        assert_eq!(
            sandbox.evaluate("new Array(3) instanceof Array && [1, 2].slice(1).concat([3]).join() // so").unwrap(),
            Some(json!("2,3"))
        );
    }

    #[test]
    fn a_script_that_throws_leaves_the_sandbox_whole() {
        let mut sandbox = sandbox();

        let error = sandbox.run("nobody.home").unwrap_err();

        assert_eq!(error, ScriptError::Thrown("ReferenceError: nobody is not defined".to_owned()));
        assert!(matches!(sandbox.run("var 1"), Err(ScriptError::Thrown(words)) if words.starts_with("SyntaxError")));
        assert_eq!(sandbox.evaluate("1 + 1").unwrap(), Some(json!(2)));
    }

    #[test]
    fn whatever_never_ends_is_stopped_and_breaks_the_sandbox() {
        let endless = [
            ("for (;;);", Limit::Time),
            ("for (;;) try { for (;;); } catch (e) {}", Limit::Time),
            ("/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')", Limit::Time),
            ("var s = new Array(100000); for (;;) try { s.indexOf(1) } catch (e) {}", Limit::Time),
            ("var a = []; for (var i = 0; i < 60000; i++) a.push(i * 7.31); for (;;) JSON.stringify(a)", Limit::Time),
            ("var t = '[' + new Array(50000).join('{},') + '{}]'; for (;;) JSON.parse(t)", Limit::Time),
            ("var s = '1' + '+1'.repeat(60000); for (;;) eval(s)", Limit::Time),
            ("var s = '1' + '+1'.repeat(60000); for (;;) new Function('return ' + s)", Limit::Time),
            ("var o = {}; for (var i = 0; i < 20000; i++) o['k' + i] = i; for (;;) Object.assign({}, o)", Limit::Time),
            ("var o = {}; for (var i = 0; i < 20000; i++) o['k' + i] = i; for (;;) Object.keys(o)", Limit::Time),
            ("var o = {}; for (var i = 0; i < 20000; i++) o['k' + i] = i; for (;;) for (var k in o) break", Limit::Time),
            ("var o = {}; for (var i = 0; i < 20000; i++) o['k' + i] = i; for (;;) ({ ...o })", Limit::Time),
            ("var a = new Array(60000); for (;;) Math.max.apply(null, a)", Limit::Time),
            ("var s = 'ä'.repeat(100000); for (;;) encodeURIComponent(s)", Limit::Time),
            ("var s = '1'.repeat(900000); for (;;) parseFloat(s)", Limit::Time),
            ("var s = 'x'.repeat(900000), o = {}; for (;;) o[s + 'y']", Limit::Time),
            ("var s = 'x'.repeat(90000), t = s.slice(0, -1) + 'x', a = []; while (a.push(s, t) < 6e4); a.sort()", Limit::Time),
            ("var s = 'x'.repeat(300), t = s.slice(0, -1) + 'x', a = []; while (a.push(s) < 3e3); for (;;) a.indexOf(t)", Limit::Time),
            ("(function deeper() { return deeper() + 1 })()", Limit::Stack),
            ("var a = []; for (;;) a.push('x' + a.length)", Limit::Memory),
            ("var a = []; a.length = 4e9; [...a.keys()]", Limit::Memory),
            ("var a = []; a.length = 4e9; Array.from(a.entries())", Limit::Memory),
        ];
        for (source, limit) in endless {
            let mut sandbox = sandbox();

            assert_eq!(sandbox.run(source), Err(ScriptError::Limit(limit)), "{source}");
            assert_eq!(sandbox.run("1"), Err(ScriptError::Broken(limit)), "{source}");
        }
    }

    #[test]
    fn running_out_of_memory_anywhere_breaks_the_sandbox_and_nothing_else() {
        let greedy = [
            "var o = {}; for (var i = 0; ; i++) o['k' + i] = i",
            "var o = {}; for (var i = 0; ; i++) Object.defineProperty(o, 'g' + i, { get: function () { return 1 } })",
            "var a = []; for (;;) a.push(function (x) { return function () { return x } })",
            "var a = []; for (var i = 0; ; i++) { var o = {}; o['v' + i] = i; with (o) a.push(eval('v' + i + '+ 1'), o) }",
        ];
        for source in greedy {
            for memory in (400..2_000).step_by(37) {
                let limits = Limits { memory: memory << 10, ..Limits::default() };
                let mut sandbox = Sandbox::new(limits, &Clock::by_hand(jiff::Timestamp::UNIX_EPOCH), &Chance::seeded(1)).unwrap();

                assert_eq!(sandbox.run(source), Err(ScriptError::Limit(Limit::Memory)), "{memory} KB: {source}");
            }
        }
    }

    #[test]
    fn what_only_holds_itself_is_freed_between_runs() {
        let mut sandbox = sandbox();

        for _ in 0..40 {
            sandbox
                .run("for (var i = 0; i < 4000; i++) { var one = {}, other = { one: one, many: 'x'.repeat(100) }; one.other = other }")
                .unwrap();
        }

        assert!(sandbox.gauge.held() < 4 << 20);
    }

    #[test]
    fn as_much_comes_back_as_was_counted() {
        let mut sandbox = sandbox();
        let before = sandbox.gauge.held();

        for _ in 0..40 {
            sandbox.renew_budget();
            sandbox.run("for (var i = 0; i < 20000; i++) '' + i + 'odd'").unwrap();
        }

        let after = sandbox.gauge.held();
        assert!((before..before + (64 << 10)).contains(&after), "{before} {after}");
    }

    #[test]
    fn many_runs_together_have_a_budget_that_can_be_renewed() {
        let mut sandbox = sandbox();
        let loops = "for (var i = 0; i < 500000; i++);";
        let runs = |sandbox: &mut Sandbox| (0..10).map(|_| sandbox.run(loops)).collect::<Result<Vec<_>, _>>();

        assert!(runs(&mut sandbox).is_ok());
        sandbox.renew_budget();
        assert!(runs(&mut sandbox).is_ok());
        assert!(runs(&mut sandbox).and_then(|_| runs(&mut sandbox)).is_err());
    }

    #[test]
    fn built_ins_that_cannot_be_interrupted_refuse_what_is_too_large() {
        let too_large = [
            "new Array(2e8)",
            "Array(2e8)",
            "'x'.repeat(1e9)",
            "'x'.padStart(1e9)",
            "var a = []; a.length = 4e9; a + ''",
            "var a = []; a.length = 4e9; a.fill(0)",
            "[].join.call({ length: 1e15 })",
            "[].concat({ length: 1 }, (function () { var a = []; a.length = 4e9; return a })()).length",
            "[].slice.call({ get length() { return 1e15 } })",
            "var a = []; a.length = 4e9; [...a]",
            "(function () { arguments.length = 1e15; [].values.call(arguments) })()",
            "[].slice.call(Object.create({ length: 1e15 }))",
            "var a = []; a.length = 4e9; a.find(Boolean)",
            "var s = 'ab'.repeat(50000); s.indexOf(s)",
        ];
        for source in too_large {
            let mut sandbox = sandbox();

            let error = sandbox.run(source).unwrap_err();

            assert!(matches!(&error, ScriptError::Thrown(words) if words.starts_with("RangeError")), "{source}: {error}");
            assert_eq!(sandbox.broken(), None);
        }
    }

    #[test]
    fn what_only_a_later_script_reaches_is_guarded_by_then() {
        let mut sandbox = sandbox();
        sandbox.run("var tries = 1 + 1, list = 'a b'.split(' '), joined = list.join()").unwrap();
        sandbox.run("list.length = 4e9").unwrap();

        for source in ["list + ''", "'x'.repeat(1e9)", "var [one] = list; list.forEach(Boolean)", "list.concat(list)", "[...list]"] {
            let error = sandbox.run(source).unwrap_err();
            assert!(matches!(&error, ScriptError::Thrown(words) if words.starts_with("RangeError")), "{source}: {error}");
        }
        assert_eq!(sandbox.evaluate("typeof list.flat + typeof 'x'.normalize").unwrap(), Some(json!("undefinedundefined")));
    }

    #[test]
    fn guarded_built_ins_still_do_their_work() {
        let expressions = [
            ("Array.isArray(Array.from('ab')) && Array(3).length", json!(3)),
            ("[10, 9, 1, undefined].sort().concat(['b', 'a'].sort()).join()", json!("1,10,9,,a,b")),
            ("['a', 'b', NaN].includes(NaN) && ['a', 'b', 'a'].lastIndexOf('a') + ['a', 'b'].indexOf('b')", json!(3)),
            ("(function (a, b) { return [].slice.call(arguments, 1) })(1, 2)", json!([2])),
            ("[3, 1, 2].sort().map(function (n) { return n * 2 }).join('-') + [4, 5]", json!("2-4-64,5")),
            ("[...[1, 2]].length + Array.of(7).concat(8, [9]).length", json!(5)),
            ("'a-b-a'.replace(/a/g, 'c').split('-').indexOf('b') + 'abc'.padStart(5, '*').lastIndexOf('*')", json!(2)),
            (
                "(class Stack extends Array {}).from([1]).length + Object.keys([1, 2].constructor === Array ? { a: 1 } : {}).length",
                json!(2),
            ),
            ("Date.UTC(1970, 0, 2) + new Date(Date.parse('1970-01-02T00:00:00Z')).getTime()", json!(172_800_000)),
        ];
        let mut sandbox = sandbox();
        for (expression, value) in expressions {
            assert_eq!(sandbox.evaluate(expression).unwrap(), Some(value), "{expression}");
        }
    }

    #[test]
    fn the_clock_and_the_dice_are_the_hosts() {
        let mut sandbox = sandbox();

        assert_eq!(
            sandbox.evaluate("[new Date().getTime(), Date.now(), new Date(5).getTime(), new Date() instanceof Date]").unwrap(),
            Some(json!([0, 0, 5, true]))
        );
        assert_eq!(sandbox.evaluate("Math.random()").unwrap(), self::sandbox().evaluate("Math.random()").unwrap());
    }

    #[test]
    fn nothing_leads_out() {
        let mut sandbox = sandbox();

        for name in [
            "require",
            "std",
            "os",
            "print",
            "load",
            "process",
            "performance",
            "fetch",
            "BigInt",
            "ArrayBuffer",
            "Proxy",
            "Iterator",
            "Set",
        ] {
            assert_eq!(sandbox.evaluate(&format!("typeof {name}")).unwrap(), Some(json!("undefined")), "{name}");
        }
        sandbox
            .run("var module = 0; import('std').then(function () { module = 1 }); (async function () { await 1; module = 2 })()")
            .unwrap();
        assert_eq!(sandbox.evaluate("module").unwrap(), Some(json!(0)));
    }

    fn sandbox() -> Sandbox {
        Sandbox::new(Limits::default(), &Clock::by_hand(jiff::Timestamp::UNIX_EPOCH), &Chance::seeded(1)).unwrap()
    }
}
