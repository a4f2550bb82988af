// What the operator tells everybody on the hall's boards and kiosks.

import { own, page, say } from './live.js';
import { post } from './post.js';

const panel = document.getElementById('tell');
const said = document.getElementById('said');
const forms = [...panel.querySelectorAll('form')];
const KINDS = ['notice', 'emergency'];

let told = {};
let shown = '';
let sending = false;

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

async function tell(form, text) {
  const something = text !== null && (text.zh || text.en);
  if (sending || (text !== null && !something)) return;
  sending = true;
  report(say('sending'), '');
  const content = { ...told, [form.dataset.kind]: text };
  for (const kind of KINDS) if (!content[kind]) content[kind] = null;
  const answer = await post('/api/notice', content, () => report(say('no_link'), 'bad'));
  sending = false;
  if (answer === null) report(say('gave_up'), 'bad');
  else if (answer.status === 200) report(say(text ? 'told_shown' : 'told_taken'), 'good');
  else report(page.texts['refused_' + answer.content.code] || say('refused', { code: answer.content.code || answer.status }), 'bad');
}

function report(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
}
