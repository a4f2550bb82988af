// A hall that was put back from a backup: which units it waits for, and going on without them.

import { own, say } from './live.js';
import { post } from './post.js';

const panel = document.getElementById('restored-panel');
const text = document.getElementById('restored-text');
const button = document.getElementById('restored-go-on');
const said = document.getElementById('said');

let missing = [];
let sending = false;

button.addEventListener('click', goOn);

export function showRestored(restored) {
  panel.hidden = !restored;
  if (!restored) return;
  missing = restored.missing.map((unit) => unit.id);
  const units = restored.missing.map((unit) => own(unit.place)).join(say('and_more'));
  const wanted = say('restored_waits', { units });
  if (text.textContent !== wanted) text.textContent = wanted;
}

async function goOn() {
  if (sending) return;
  sending = true;
  const without = missing;
  const answer = await post('/api/restored/go-on', { without }, () => tell(say('no_link')));
  sending = false;
  if (answer === null) tell(say('gave_up'));
  else if (answer.status === 200) tell(say('restored_gone_on'));
  else tell(say(answer.content.code === 'others_missing' ? 'restored_others' : 'refused',
    { code: answer.content.code || answer.status }));
}

function tell(words) {
  said.textContent = words;
  said.dataset.kind = '';
}
