// What the hub advises, and what the operator says to it.

import { fill, make, own, page, say } from './live.js';
import { post } from './post.js';

const list = document.getElementById('advice');
const panel = document.getElementById('advice-panel');
const said = document.getElementById('said');
const TOLD_MS = 5000;

let shown = '';
let sending = false;

export function showAdvice(advice) {
  panel.hidden = advice.length === 0;
  const wanted = JSON.stringify(advice);
  if (wanted === shown) return;
  shown = wanted;
  // Who has the keyboard on a button keeps it, if its advice is still there.
  const held = document.activeElement && document.activeElement.id;
  fill(list, advice.map(row));
  if (held && list.querySelector('#' + CSS.escape(held))) document.getElementById(held).focus();
}

function row(advice) {
  const item = make('li');
  const text = make('p', 'advice-text');
  text.append(make('strong', '', own(advice.text)));
  if (advice.why) text.append(make('small', 'quiet', own(advice.why)));
  const gain = make('p', 'advice-gain', advice.gain_min >= 0.05
    ? say('gain', { minutes: advice.gain_min.toFixed(1) }) : '');
  const acts = make('p', 'advice-acts');
  acts.append(button(advice, 'apply', 'primary'), button(advice, 'dismiss', ''));
  item.append(text, gain, acts);
  return item;
}

function button(advice, wish, kind) {
  const made = make('button', 'act slim ' + kind, say('advice_' + wish));
  made.type = 'button';
  made.id = wish + '-' + advice.id;
  made.setAttribute('aria-label', say('advice_' + wish) + ': ' + own(advice.text));
  made.addEventListener('click', () => send(advice, wish));
  return made;
}

async function send(advice, wish) {
  if (sending) return;
  sending = true;
  tell(say('sending'), '');
  const answer = await post('/api/advice/' + advice.id, { wish }, () => tell(say('no_link'), 'bad'));
  sending = false;
  if (answer === null) tell(say('gave_up'), 'bad');
  else if (answer.status === 200) tell(say('advised_' + wish, { text: own(advice.text) }), 'good');
  else tell(refusal(answer.content.code || answer.status), 'bad');
}

function refusal(code) {
  return page.texts['refused_' + code] || say('refused', { code });
}

function tell(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
  if (kind) setTimeout(() => { if (said.textContent === text) said.textContent = ''; }, TOLD_MS);
}
