// What few pages ask of the scopes: subdialogs, lists, templates and documents.
(function (scopes) {
  'use strict';
  const { here, holder, innermost, declare, evaluate } = scopes;
  const { create } = Object, { parse } = JSON, isArray = Array.isArray;
  let makeDocument;
  const stash = create(null);
  return {
    enterTemplate() {
      const context = here();
      context.outer = context.anonymous;
      context.anonymous = create(context.outer);
    },
    leaveTemplate() { here().anonymous = here().outer; },

    // Values that go from one execution context to another keep their identity.
    keep(key, source) { stash[key] = evaluate(source); },
    keepJson(key, json) { stash[key] = parse(json); },
    keepNames(key, names) {
      const result = {};
      names.forEach((name) => { result[name] = evaluate(name); });
      stash[key] = result;
    },
    takeItem(name, key) { here().dialog[name] = stash[key]; delete stash[key]; },

    iterate(key, source) {
      const array = evaluate(source);
      if (!isArray(array)) throw new TypeError(`${source} is no array`);
      stash[key] = array.slice();
      return array.length;
    },
    step(key, index, name) {
      const value = stash[key][index];
      const scope = holder(name);
      if (scope) scope[name] = value;
      else declare(innermost(), name, value, true);
    },
    endIteration(key) { delete stash[key]; },

    learnDocuments(make) { makeDocument = make; },
    document(name, list) {
      const value = makeDocument(parse(list));
      declare(innermost(), name, value, true);
    },
  };
})
