// What the hub advises, and what the operator says to it.

import { ask } from './ask.js';
import { make, own, refill, say } from './live.js';

const list = document.getElementById('advice');
const panel = document.getElementById('advice-panel');

let shown = '';

export function showAdvice(advice) {
  panel.hidden = advice.length === 0;
  const wanted = JSON.stringify(advice);
  if (wanted === shown) return;
  shown = wanted;
  refill(list, advice.map(row));
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
  made.addEventListener('click', () => {
    ask('/api/advice/' + advice.id, { wish }, say('advised_' + wish, { text: own(advice.text) }));
  });
  return made;
}
