// Numbers that kiosks printed while they were cut off, and the sweep that closes those served.

import { ask } from './ask.js';
import { fill, make, momentOf, say } from './live.js';

const panel = document.getElementById('alone-panel');
const count = document.getElementById('alone-count');
const until = document.getElementById('alone-until');
const button = document.getElementById('alone-sweep');

let shown = '';

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

function sweep() {
  const before = until.value;
  if (before) ask('/api/sweeps', { before }, say('alone_swept', { time: before.slice(11, 16) }));
}
