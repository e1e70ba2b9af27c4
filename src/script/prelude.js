// Runs before any script: native built-ins work in one go and cannot be interrupted, so each says its size first, unless it makes as
// much as it goes through: memory is charged as it is made.
// `charge` throws a RangeError when that is too much; `now` and `random` are the host's.
// Gives the function that puts a guard before one of them: the host calls it before the first script that can reach it.
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

  // How many elements a call works through.
  const costs = {
    length: extent,
    sum(self, given) {
      let sum = extent(self);
      for (let i = 0; i < given.length; i++) sum += extent(given[i]);
      return sum;
    },
    product: (self, given) => extent(self) * (size(given[0]) > 64 ? size(given[0]) : 1),
    padding: (self, given) => number(given[0]),
    times: (self, given) => extent(self) * number(given[0]),
    sorted: extent,
  };
  // A method is no constructor and needs no prototype of its own.
  const guarded = (native, cost) => ({
    guard(...given) {
      charge(cost(this, given));
      return apply(native, this, given);
    },
  }).guard;

  // Strings are compared one by one, each with a place between where the run can be stopped.
  const ordered = (one, other) => {
    const first = `${one}`, second = `${other}`;
    return first < second ? -1 : first > second ? 1 : 0;
  };
  const comparing = (native) => ({ sort(by) { return apply(native, this, [by === undefined ? ordered : by]); } }).sort;

  // These stand in the place of native ones, and have what pages use of them.
  const NativeArray = Array, NativeDate = Date, array = Array.prototype;
  const own = {
    Array() {
      const Own = function Array(...given) {
        if (given.length === 1 && typeof given[0] === 'number') charge(given[0]);
        return construct(NativeArray, given, new.target || NativeArray);
      };
      Own.prototype = array;
      Own.isArray = NativeArray.isArray;
      Own.from = NativeArray.from;
      Own.of = NativeArray.of;
      return (array.constructor = Own);
    },
    Date() {
      const Own = function Date(...given) {
        if (!new.target) return new NativeDate(now()).toString();
        return construct(NativeDate, given.length === 0 ? [now()] : given, new.target);
      };
      Own.prototype = NativeDate.prototype;
      Own.UTC = NativeDate.UTC;
      Own.parse = NativeDate.parse;
      Own.now = now;
      return (NativeDate.prototype.constructor = Own);
    },
    random: () => random,
  };

  // What makes as much as it goes through (`keys`, `JSON`, `eval`) needs no guard: it pays for memory.
  const homes = {
    array,
    string: String.prototype,
    math: Math,
    global: globalThis,
    get iterator() { return Object.getPrototypeOf(Object.getPrototypeOf([].keys())); },
  };
  return (home, guard, name) => {
    const methods = homes[home];
    if (guard === 'gone') return void delete methods[name];
    const native = guard === 'sorted' ? comparing(methods[name]) : methods[name];
    methods[name] = guard === 'own' ? own[name]() : guarded(native, costs[guard]);
    if (name === 'values') methods[Symbol.iterator] = methods.values;
  };
})
