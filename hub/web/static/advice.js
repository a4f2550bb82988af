// What the hub advises, and what the operator says to it.

import { ask } from './ask.js';
import { make, own, page, refill, say, timeOf } from './live.js';

const list = document.getElementById('advice');
const answers = document.getElementById('answered');
const panel = document.getElementById('advice-panel');

// What gains less is said, but not urged: minutes of all together, or of the mean.
const URGED_FROM_MIN = { all: 10, mean: 0.5 };

let shown = '';
let answersShown = '';

export function showAdvice(advice, answered, now) {
  const undoable = answered.filter((answer) => Date.parse(answer.until) > now);
  panel.hidden = advice.length + undoable.length === 0;
  showAnswers(undoable);
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
  const gain = make('p', 'advice-gain', gained(advice));
  const acts = make('p', 'advice-acts');
  if (page.operate) acts.append(button(advice, 'apply', isUrged(advice) ? 'primary' : ''), button(advice, 'dismiss', ''));
  item.append(text, gain, acts);
  return item;
}

function gained({ saved_min, gain_min, within_min }) {
  if (saved_min === null) return gain_min >= 0.05 ? say('gain', { minutes: gain_min.toFixed(1) }) : '';
  return saved_min >= 0.5 ? say('gain_all', { minutes: Math.round(saved_min), within: within_min }) : '';
}

function isUrged({ saved_min, gain_min }) {
  return saved_min === null ? gain_min >= URGED_FROM_MIN.mean : saved_min >= URGED_FROM_MIN.all;
}

// What was said to advice, and by whom, as long as it can be taken back.
function showAnswers(undoable) {
  const wanted = JSON.stringify(undoable);
  if (wanted === answersShown) return;
  answersShown = wanted;
  refill(answers, undoable.map((answer) => {
    const item = make('li');
    const text = make('p', 'advice-text', say('advised_' + answer.outcome, { text: own(answer.text) }));
    text.append(make('small', 'quiet', answer.by + ' · ' + timeOf(answer.at)));
    item.append(text);
    if (page.operate) item.append(button(answer, 'undo', ''));
    return item;
  }));
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
