// The five scopes of VoiceXML 2.0 §5.1.2 as objects, nested by `with`: session, application, document, dialog, anonymous.
// One set of scopes for each execution context: the call itself, and one more inside each subdialog.
// What runs for each expression goes through lists by index: the built-ins that do it are guarded, and each guard asks the host.
(function (makeSession, sessionNames, admit) {
  'use strict';
  const { apply } = Reflect, { create, defineProperty, freeze, keys } = Object, Compile = Function, Text = String;
  const { stringify, parse } = JSON, owns = Object.prototype.hasOwnProperty;
  const IDENTIFIER = /^[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*$/, REFERENCE = /^([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)([\w$.[\]'"\u0080-\uffff]*)$/;
  const MOST_COMPILED = 2000;

  const named = (scope, name) => defineProperty(scope, name, { value: scope, writable: true, configurable: true, enumerable: false });
  const NONE = freeze(create(null));
  // Few pages look at the session: the host makes it when one does.
  let known;
  const session = () => known || (known = makeSession());
  const SESSION = defineProperty(create(null), 'session', { get: session });
  for (let i = 0; i < sessionNames.length; i++) defineProperty(SESSION, sessionNames[i], { get: () => session()[sessionNames[i]] });
  freeze(SESSION);

  const contexts = [];
  let compiled = create(null), compilations = 0;
  const here = () => contexts[contexts.length - 1];
  const own = (scope, name) => apply(owns, scope, [name]);
  const chain = () => {
    const context = here();
    return [SESSION, context.application || NONE, context.document || NONE, context.dialog || NONE, context.anonymous || NONE];
  };
  const innermost = () => {
    const context = here();
    return context.anonymous || context.dialog || context.document || context.application;
  };
  const innermostOf = (isWanted, name) => {
    const scopes = chain();
    for (let i = scopes.length - 1; i >= 0; i--) if (isWanted(scopes[i], name)) return scopes[i];
    return undefined;
  };
  const holder = (name) => innermostOf(own, name);
  const knows = (scope, name) => name in scope;

  const program = (kind, source, body) => {
    const key = kind + source;
    const known = compiled[key];
    if (known) return known;
    admit(source);
    if (++compilations % MOST_COMPILED === 0) compiled = create(null);
    const made = Compile('$session, $application, $document, $dialog, $anonymous, $value',
      `with($session)with($application)with($document)with($dialog)with($anonymous){${body}\n}`);
    compiled[key] = made;
    return made;
  };
  // §5.1.1: whoever assigns to a variable that nobody declared has made a mistake; it would become a global here.
  const refuseStrays = () => {
    const strays = keys(globalThis);
    if (strays.length === 0) return;
    for (let i = 0; i < strays.length; i++) delete globalThis[strays[i]];
    throw new ReferenceError(`${strays[0]} is not declared`);
  };
  const run = (made, value) => {
    const scopes = chain();
    scopes[scopes.length] = value;
    const result = apply(made, innermost(), scopes);
    refuseStrays();
    return result;
  };
  // Most expressions are a name or a literal: those need no compiler.
  const NUMBER = /^(?:0|-?[1-9]\d{0,14})$/, QUOTED = /^(?:'[^'\\\r\n]*'|"[^"\\\r\n]*")$/, CONSTANTS = { true: true, false: false, null: null };
  const evaluate = (source) => {
    if (NUMBER.test(source)) return +source;
    if (QUOTED.test(source)) return source.slice(1, -1);
    if (own(CONSTANTS, source)) return CONSTANTS[source];
    const scope = IDENTIFIER.test(source) ? innermostOf(knows, source) : undefined;
    return scope ? scope[source] : compute(source);
  };
  const compute = (source) => run(program('expression ', source, `return(${source}\n)`));
  const same = (one, other) => one === other || (one !== one && other !== other);

  const declare = (scope, name, value, isGiven) => {
    if (!IDENTIFIER.test(name)) throw new ReferenceError(`${name} cannot be declared here`);
    if (isGiven || !own(scope, name)) scope[name] = value;
  };
  // `application.x` names a variable only where the application declares x; in other objects any property can be set.
  const refuseUndeclared = (name) => {
    const [head, variable, ...deeper] = name.split('.');
    if (variable === undefined || deeper.length > 0 || !IDENTIFIER.test(variable)) return;
    const scope = run(program('scope ', head, `return ${head}`));
    if (chain().includes(scope) && !own(scope, variable)) throw new ReferenceError(`${name} is not declared`);
  };
  const store = (name, value) => {
    const scope = IDENTIFIER.test(name) ? holder(name) : undefined;
    if (scope) {
      scope[name] = value;
      return;
    }
    const parts = REFERENCE.exec(name);
    if (!parts) throw new ReferenceError(`${name} is no variable`);
    refuseUndeclared(name);
    const kept = run(program('assignment ', name, `void ${parts[1]};${name}=$value;return ${name}`), value);
    if (!same(kept, value)) throw new TypeError(`${name} is read-only`);
  };
  const written = (value) => (value !== null && typeof value === 'object' && !('$recording' in value) ? stringify(value) : Text(value));

  return {
    enterContext() { contexts.push({ application: null, document: null, dialog: null, anonymous: null }); },
    leaveContext() { contexts.pop(); },
    openApplication() {
      const context = here();
      context.application = named(create(null), 'application');
      context.application.lastresult$ = undefined;
      context.document = named(context.application, 'document');
      context.dialog = context.anonymous = null;
    },
    // A document that is its own root shares the application's scope (§1.5.2).
    openDocument(isRoot) {
      const context = here();
      context.document = isRoot ? context.application : named(create(null), 'document');
      context.dialog = context.anonymous = null;
    },
    openDialog() {
      here().dialog = named(create(null), 'dialog');
      here().anonymous = null;
    },
    openAnonymous() { here().anonymous = create(null); },
    closeAnonymous() { here().anonymous = null; },

    text: (source) => written(evaluate(source)),
    truth: (source) => !!evaluate(source),
    json: (source) => stringify(evaluate(source)),
    isUndefined: (source) => evaluate(source) === undefined,
    declare(name, source) { declare(innermost(), name, source === undefined ? undefined : evaluate(source), source !== undefined); },
    declareJson(name, json) { declare(innermost(), name, json === undefined ? undefined : parse(json), json !== undefined); },
    assignJson(name, json) { store(name, json === undefined ? undefined : parse(json)); },
    assign(name, source) { store(name, evaluate(source)); },
    script(source, variables, functions, lexicals) {
      const target = innermost();
      variables.forEach((name) => declare(target, name, undefined, false));
      const kept = (names) => names.map((name) => `$value.${name}=${name};`).join('');
      run(program('script ', source, `${kept(functions)}${source}\n;${kept(lexicals)}`), target);
    },

    declareItem(name, source) { here().dialog[name] = source === undefined ? undefined : evaluate(source); },
    isItemUndefined: (name) => here().dialog[name] === undefined,
    setItem(name, json) { here().dialog[name] = json === undefined ? undefined : parse(json); },
    setAnonymous(name, json) { here().anonymous[name] = json === undefined ? undefined : parse(json); },
    clear(name) { store(name, undefined); },

    // application.lastresult$: an array that carries the first entry's properties too (§5.1.5).
    setResult(json) {
      const result = parse(json);
      here().application.lastresult$ = Object.assign(result, result[0]);
    },

    // What few pages need is added when one does.
    learn(make) { Object.assign(this, make({ here, holder, innermost, declare, evaluate })); },
    // What a submission sends: name, text, and the number of a recording.
    submission: (names) => stringify(names.map((name) => {
      const value = evaluate(name);
      const recording = value !== null && typeof value === 'object' && '$recording' in value ? value.$recording : null;
      return [name, written(value), recording];
    })),
    snapshot: (names) => {
      const result = {};
      names.forEach((name) => { result[name] = evaluate(name); });
      return stringify(result);
    },
  };
})
