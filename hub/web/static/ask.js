// What the operator asks of the hall, one thing at a time, and the line that says what came of it.

import { page, say } from './live.js';
import { post } from './post.js';

const said = document.getElementById('said');
const TOLD_MS = 8000;

let sending = false;

// `good` is said once it is done. A refusal is said, unless `refused` deals with its code.
export async function ask(address, content, good, refused = () => false) {
  if (sending) return;
  sending = true;
  tell(say('sending'), '');
  const answer = await post(address, content, () => tell(say('no_link'), 'bad'));
  sending = false;
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
