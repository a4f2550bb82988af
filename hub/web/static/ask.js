// What the operator asks of the hall, one thing after the other, and the line that says what came
// of it.

import { page, say } from './live.js';
import { post } from './post.js';

const said = document.getElementById('said');
const TOLD_MS = 8000;

const underway = new Set();
let last = Promise.resolve();

// `good` is said once it is done. A refusal is said, unless `refused` deals with its code.
// What is asked while something else is on its way is asked after it; the same thing twice is one.
export function ask(address, content, good, refused = () => false) {
  const name = address + JSON.stringify(content);
  if (underway.has(name)) return;
  underway.add(name);
  const act = () => send(address, content, good, refused).finally(() => underway.delete(name));
  last = last.then(act, act);
}

async function send(address, content, good, refused) {
  tell(say('sending'), '');
  const answer = await post(address, content, () => tell(say('no_link'), 'bad'));
  if (answer === null) tell(say('gave_up'), 'bad');
  else if (answer.status === 200) tell(good, 'good');
  else {
    const code = answer.content.code || answer.status;
    tell('', '');
    if (!refused(code)) tell(page.texts['refused_' + code] || say('refused', { code }), 'bad');
  }
}

function tell(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
  if (kind) setTimeout(() => { if (said.textContent === text) said.textContent = ''; }, TOLD_MS);
}
