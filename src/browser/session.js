// The session variables of VoiceXML 2.0 §5.1.4, which no page can change.
(function (variables) {
  'use strict';
  const deepFrozen = (value) => {
    if (value === null || typeof value !== 'object') return value;
    const names = Reflect.ownKeys(value);
    for (let i = 0; i < names.length; i++) deepFrozen(value[names[i]]);
    return Object.freeze(value);
  };
  const told = JSON.parse(variables);
  // `originator` is not like one of the two ends, it is that one.
  const { local, remote, originator } = told.connection || {};
  const isAt = (end) => originator && end && end.uri === originator.uri;
  if (originator) told.connection.originator = isAt(local) ? local : isAt(remote) ? remote : originator;
  return deepFrozen(told);
})
