// Numbers that kiosks printed while they were cut off, and the sweep that closes those served.

import { fill, make, momentOf, say } from './live.js';
import { post } from './post.js';

const panel = document.getElementById('alone-panel');
const count = document.getElementById('alone-count');
const until = document.getElementById('alone-until');
const button = document.getElementById('alone-sweep');
const said = document.getElementById('said');
const TOLD_MS = 5000;

let shown = '';
let sending = false;

button.addEventListener('click', sweep);

export function showAlone(numbers, now) {
  panel.hidden = numbers.length === 0;
  const wanted = JSON.stringify(numbers);
  if (wanted === shown) return;
  shown = wanted;
  count.textContent = say('alone_count', { count: numbers.length });
  const chosen = until.value;
  fill(until, numbers.map((number) => option(number, now)));
  const kept = numbers.some((number) => number.before === chosen);
  until.value = kept ? chosen : numbers.length ? numbers[numbers.length - 1].before : '';
}

function option(number, now) {
  const made = make('option', '', say('alone_up_to', {
    number: number.number, time: momentOf(number.at, now),
  }));
  made.value = number.before;
  return made;
}

async function sweep() {
  if (sending || !until.value) return;
  sending = true;
  tell(say('sending'), '');
  const before = until.value;
  const answer = await post('/api/sweeps', { before }, () => tell(say('no_link'), 'bad'));
  sending = false;
  if (answer === null) tell(say('gave_up'), 'bad');
  else if (answer.status === 200) tell(say('alone_swept', { time: before.slice(11, 16) }), 'good');
  else tell(say('refused', { code: answer.content.code || answer.status }), 'bad');
}

function tell(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
  if (kind) setTimeout(() => { if (said.textContent === text) said.textContent = ''; }, TOLD_MS);
}
