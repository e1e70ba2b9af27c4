// What the tags of one rule can see beside `out`: the rules that were called, and the text that was matched (SISR 1.0 §3.3).
function $context() {
  var value, text = '', matched, called = false;
  var rules = { latest: function () { return value; } };
  var meta = {
    current: function () { return { text: text, score: 1 }; },
    latest: function () { return matched; }
  };
  return {
    rules: rules,
    meta: meta,
    at: function (soFar) { text = soFar; },
    ruled: function (name, result, its) {
      called = true;
      value = rules[name] = result;
      matched = meta[name] = { text: its, score: 1 };
    },
    // A rule that never set `out` has the value of the last rule it called, else its text.
    value: function (out, whole) {
      var untouched = out !== null && typeof out === 'object' && Object.getPrototypeOf(out) === Object.prototype && $keys(out) === 0;
      return untouched ? (called ? value : whole) : out;
    }
  };
}
function $keys(out) {
  return out !== null && typeof out === 'object' ? Object.keys(out).length : -1;
}
