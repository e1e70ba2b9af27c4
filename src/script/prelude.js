// Runs before any script: native built-ins work in one go and cannot be interrupted, so each says its size first, unless it makes as
// much as it goes through: memory is charged as it is made.
// `charge` throws a RangeError when that is too much; `now` and `random` are the host's.
// Each new call pays for what is done here: plain assignments, which leave a property as hidden as it is, and no copies.
(function (charge, now, random) {
  'use strict';
  const { apply, construct, getOwnPropertyDescriptor: describe } = Reflect;

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

  // As methods, they are no constructors and need no prototype of their own.
  const guarded = (native, cost) => ({
    guard(...given) {
      charge(cost(this, given));
      return apply(native, this, given);
    },
  }).guard;
  const measured = (native) => ({
    guard(...given) {
      charge(extent(this));
      return apply(native, this, given);
    },
  }).guard;
  const withArguments = (self, given) => {
    let sum = extent(self);
    for (let i = 0; i < given.length; i++) sum += extent(given[i]);
    return sum;
  };
  const product = (self, given) => extent(self) * (size(given[0]) > 64 ? size(given[0]) : 1);
  // Strings are compared one by one, each with a place between where the run can be stopped.
  const ordered = (one, other) => {
    const first = `${one}`, second = `${other}`;
    return first < second ? -1 : first > second ? 1 : 0;
  };
  const padding = (self, given) => number(given[0]);

  const array = Array.prototype, string = String.prototype, lists = Object.getPrototypeOf([][Symbol.iterator]());
  const listed = ['every', 'fill', 'filter', 'find', 'findIndex', 'forEach', 'join', 'map', 'reduce', 'reduceRight', 'reverse',
    'shift', 'slice', 'some', 'sort', 'splice', 'toLocaleString', 'unshift', 'values'];
  for (let i = 0; i < listed.length; i++) array[listed[i]] = measured(array[listed[i]]);
  const { sort } = array;
  array.sort = { sort(by) { return apply(sort, this, [by === undefined ? ordered : by]); } }.sort;
  const found = ['includes', 'indexOf', 'lastIndexOf'];
  for (let i = 0; i < found.length; i++) array[found[i]] = guarded(array[found[i]], product);
  array[Symbol.iterator] = array.values;
  array.concat = guarded(array.concat, withArguments);
  const worded = ['localeCompare', 'toLowerCase', 'toLocaleLowerCase', 'toUpperCase', 'toLocaleUpperCase', 'concat', 'match', 'search', 'slice',
    'substr', 'substring', 'trim', 'trimStart', 'trimEnd'];
  for (let i = 0; i < worded.length; i++) string[worded[i]] = measured(string[worded[i]]);
  const searching = ['indexOf', 'lastIndexOf', 'includes', 'replace', 'replaceAll', 'split'];
  for (let i = 0; i < searching.length; i++) string[searching[i]] = guarded(string[searching[i]], product);
  string.padStart = guarded(string.padStart, padding);
  string.padEnd = guarded(string.padEnd, padding);
  string.repeat = guarded(string.repeat, (self, given) => extent(self) * number(given[0]));

  // What cannot be measured beforehand, or tells the time, is taken away; so is what came after the language that pages are written in,
  // for each guard costs every call. What makes as much as it goes through (`keys`, `JSON`, `eval`) needs none: it pays for memory.
  const late = ['copyWithin', 'findLast', 'findLastIndex', 'flat', 'flatMap', 'toReversed', 'toSorted', 'toSpliced', 'with'];
  for (let i = 0; i < late.length; i++) delete array[late[i]];
  const lateInStrings = ['normalize', 'matchAll', 'isWellFormed', 'toWellFormed'];
  for (let i = 0; i < lateInStrings.length; i++) delete string[lateInStrings[i]];
  delete Math.sumPrecise;
  const iterators = Object.getPrototypeOf(lists), names = Object.getOwnPropertyNames(iterators);
  for (let i = 0; i < names.length; i++) delete iterators[names[i]];
  const gone = ['BigInt', 'Iterator', 'queueMicrotask'];
  for (let i = 0; i < gone.length; i++) delete globalThis[gone[i]];

  // These stand in the place of native constructors, and have what pages use of them.
  const NativeArray = Array, NativeDate = Date;
  globalThis.Array = array.constructor = function Array(...given) {
    if (given.length === 1 && typeof given[0] === 'number') charge(given[0]);
    return construct(NativeArray, given, new.target || NativeArray);
  };
  Array.prototype = array;
  Array.isArray = NativeArray.isArray;
  Array.from = NativeArray.from;
  Array.of = NativeArray.of;
  globalThis.Date = NativeDate.prototype.constructor = function Date(...given) {
    if (!new.target) return new NativeDate(now()).toString();
    return construct(NativeDate, given.length === 0 ? [now()] : given, new.target);
  };
  Date.prototype = NativeDate.prototype;
  Date.UTC = NativeDate.UTC;
  Date.parse = NativeDate.parse;
  Date.now = now;
  Math.random = random;
})
