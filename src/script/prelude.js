// Runs before any script: native built-ins work in one go and cannot be interrupted, so each says its size first.
// `charge` throws a RangeError when that is too much; `now` and `random` are the host's.
(function (charge, now, random) {
  'use strict';
  const apply = Reflect.apply, construct = Reflect.construct, describe = Object.getOwnPropertyDescriptor;
  const define = (on, name, value) => Object.defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });

  // A length is believed only where no script of the page's own runs to tell it: a getter could answer twice.
  const extent = (of) => {
    if (typeof of === 'string') return of.length;
    if (of === null || of === undefined || (typeof of !== 'object' && typeof of !== 'function')) return String(of).length;
    const length = describe(of, 'length');
    if (length === undefined) {
      if ('length' in of) throw new RangeError('an inherited length is not supported here');
      return 0;
    }
    if (typeof length.value === 'object' || !('value' in length)) throw new RangeError('a computed length is not supported here');
    return Number(length.value) || 0;
  };
  const number = (value) => {
    if (value === undefined) return 0;
    return typeof value === 'number' || typeof value === 'string' ? Number(value) || 0 : Infinity;
  };
  const size = (value) => (typeof value === 'string' ? value.length : 1);

  const guard = (on, names, cost) => {
    for (const name of names) {
      const native = on[name];
      if (native === undefined) continue;
      define(on, name, { [name](...given) {
        charge(cost(this, given));
        return apply(native, this, given);
      } }[name]);
    }
  };
  const own = (self) => extent(self);
  const withArguments = (self, given) => {
    let sum = extent(self);
    for (let i = 0; i < given.length; i++) sum += extent(given[i]);
    return sum;
  };

  guard(Array.prototype, ['copyWithin', 'entries', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'forEach',
    'includes', 'indexOf', 'join', 'keys', 'lastIndexOf', 'map', 'reduce', 'reduceRight', 'reverse', 'shift', 'slice', 'some', 'sort', 'splice',
    'toLocaleString', 'toReversed', 'toSorted', 'toSpliced', 'unshift', 'values', 'with'], own);
  define(Array.prototype, Symbol.iterator, Array.prototype.values);
  guard(Array.prototype, ['concat'], withArguments);
  // What cannot be measured beforehand, or tells the time, is taken away.
  for (const name of ['flat', 'flatMap']) delete Array.prototype[name];
  const iterators = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
  for (const name of Object.getOwnPropertyNames(iterators)) delete iterators[name];
  for (const name of ['performance', 'BigInt', 'Iterator', 'WeakSet', 'Proxy', 'WeakRef', 'FinalizationRegistry', 'ArrayBuffer',
    'SharedArrayBuffer', 'DataView', 'Atomics', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array',
    'Uint32Array', 'BigInt64Array', 'BigUint64Array',
    'Float16Array', 'Float32Array', 'Float64Array', 'DOMException', 'queueMicrotask', 'navigator']) delete globalThis[name];

  guard(String.prototype, ['repeat'], (self, given) => extent(self) * number(given[0]));
  guard(String.prototype, ['padStart', 'padEnd'], (self, given) => number(given[0]));
  guard(String.prototype, ['indexOf', 'lastIndexOf', 'includes', 'replace', 'replaceAll', 'split'],
    (self, given) => extent(self) * (size(given[0]) > 64 ? size(given[0]) : 1));
  guard(String.prototype, ['localeCompare', 'normalize', 'toLowerCase', 'toLocaleLowerCase', 'toUpperCase', 'toLocaleUpperCase', 'concat',
    'match', 'matchAll', 'search', 'slice', 'substr', 'substring', 'trim', 'trimStart', 'trimEnd'], own);

  const replace = (name, make, prototype) => {
    const native = globalThis[name];
    const outer = { [name]: make(native) }[name];
    for (const key of Reflect.ownKeys(native)) {
      if (key !== 'length' && key !== 'name' && key !== 'prototype') Object.defineProperty(outer, key, describe(native, key));
    }
    Object.defineProperty(outer, 'prototype', { value: prototype, writable: false });
    define(prototype, 'constructor', outer);
    define(globalThis, name, outer);
    return outer;
  };
  replace('Array', (native) => function (...given) {
    if (given.length === 1 && typeof given[0] === 'number') charge(given[0]);
    return construct(native, given, new.target || native);
  }, Array.prototype);
  // The elements are added one by one in script, so that an endless iterator can be interrupted.
  replace('Set', (native) => function (elements) {
    const set = construct(native, [], new.target);
    if (elements !== undefined && elements !== null) for (const element of elements) set.add(element);
    return set;
  }, Set.prototype);
  const date = replace('Date', (native) => function (...given) {
    if (!new.target) return new native(now()).toString();
    return construct(native, given.length === 0 ? [now()] : given, new.target);
  }, Date.prototype);
  define(date, 'now', () => now());
  define(Math, 'random', () => random());
})
