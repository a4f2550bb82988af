// What a supervisor decides about a record that came under the number of another one.

import { post } from './post.js';

const words = document.getElementById('words');

function say(word) {
  const found = words.content.querySelector('[data-word="' + word + '"]');
  return (found || words.content.querySelector('[data-word="other"]')).textContent;
}

function tell(form, text) {
  const said = form.querySelector('[role="alert"]');
  said.textContent = text;
  said.hidden = text === '';
}

async function decide(form, wish) {
  const buttons = form.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  tell(form, '');
  const content = { wish, reason: form.elements.reason.value.trim() };
  const address = '/api/quarantine/' + form.dataset.record;
  const answer = await post(address, content, () => tell(form, say('no_link')));
  if (answer && answer.status === 200) {
    location.reload();
    return;
  }
  tell(form, say(answer ? answer.content.code || 'other' : 'no_answer'));
  for (const button of buttons) button.disabled = false;
}

for (const form of document.querySelectorAll('form[data-record]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    decide(form, event.submitter.value);
  });
}
