// A hall that was put back from a backup: which units it waits for, and going on without them.

import { ask } from './ask.js';
import { own, say, timeOf } from './live.js';

const panel = document.getElementById('restored-panel');
const text = document.getElementById('restored-text');
const button = document.getElementById('restored-go-on');

let missing = [];

button.addEventListener('click', () => {
  ask('/api/restored/go-on', { without: missing }, say('restored_gone_on'));
});

function named(unit) {
  if (!unit.instead_since) return own(unit.place);
  return say('restored_instead', { unit: own(unit.place), time: timeOf(unit.instead_since) });
}

export function showRestored(restored) {
  panel.hidden = !restored;
  if (!restored) return;
  missing = restored.missing.map((unit) => unit.id);
  const units = restored.missing.map(named).join(say('and_more'));
  const wanted = say('restored_waits', { units });
  if (text.textContent !== wanted) text.textContent = wanted;
}
