// What the operator tells everybody on the hall's boards and kiosks.

import { ask } from './ask.js';
import { own, say } from './live.js';

const panel = document.getElementById('tell');
const forms = [...panel.querySelectorAll('form')];

let told = { notice: null, emergency: null };
let shown = '';

for (const form of forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell(form, { zh: form.elements.zh.value.trim(), en: form.elements.en.value.trim() });
  });
  form.querySelector('[data-take]').addEventListener('click', () => tell(form, null));
}

// Called with every picture; what somebody is writing is left alone.
export function showNotice(picture) {
  const wanted = JSON.stringify([picture.notice, picture.emergency]);
  if (wanted === shown) return;
  shown = wanted;
  told = { notice: picture.notice, emergency: picture.emergency };
  const kind = told.emergency ? 'emergency' : told.notice ? 'notice' : 'nothing';
  panel.dataset.told = kind;
  if (told.emergency) panel.open = true;
  const words = say('told_' + kind);
  panel.querySelector('[data-slot="told"]').textContent =
    kind === 'nothing' ? words : words + ': ' + (own(told[kind]) || told[kind].zh);
  for (const form of forms) {
    if (form.contains(document.activeElement)) continue;
    const text = told[form.dataset.kind];
    form.elements.zh.value = text ? text.zh : '';
    form.elements.en.value = text ? text.en : '';
  }
}

function tell(form, text) {
  if (text !== null && !text.zh && !text.en) return;
  const content = { ...told, [form.dataset.kind]: text };
  ask('/api/notice', content, say(text ? 'told_shown' : 'told_taken'));
}

// In a hurry nobody looks for it below the alarms.
document.getElementById('to-emergency').addEventListener('click', () => {
  const place = document.getElementById('tell');
  place.open = true;
  place.scrollIntoView({ block: 'nearest' });
  place.querySelector('[data-kind="emergency"] textarea').focus();
});
