// What the page asks a clerk before it sends a command: why a pause, and where to send a ticket.

import { fill, make, own, page, put, say, whoHas } from './live.js';

const pause = document.getElementById('pause');
const transfer = document.getElementById('transfer');

export function asking() {
  return pause.open || transfer.open;
}

for (const dialog of [pause, transfer]) {
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close(''));
  // Enter answers from anywhere; in a list of choices a browser would let it pass.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'SELECT') return;
    event.preventDefault();
    dialog.querySelector('form').requestSubmit(dialog.querySelector('[type="submit"]'));
  });
}

// Shows a dialog; true once it was answered with yes, false if it was left.
function answered(dialog) {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

// --- a pause ------------------------------------------------------------------------------

const reasons = pause.querySelector('form').elements;
reasons.words.addEventListener('input', () => { document.getElementById('own-words').checked = true; });

export async function askPause() {
  if (!await answered(pause)) return null;
  const reason = reasons.reason.value || reasons.words.value.trim();
  const minutes = reasons.minutes.value;
  return { reason, minutes: minutes ? Number(minutes) : null };
}

// --- a transfer ---------------------------------------------------------------------------

const places = transfer.querySelector('form').elements;
let asked = null;

export async function askTransfer(picture) {
  asked = picture;
  const { ticket } = picture.counter;
  put(transfer, 'transfer_title', say('transfer_title', { number: whoHas(ticket.number) }));
  fill(places.service, Object.entries(page.services).map(([id, name]) => (
    option(id, id === ticket.service ? say('same_service', { service: name }) : name)
  )));
  places.service.value = ticket.service;
  listCounters();
  document.getElementById('transfer-hint').hidden = true;
  if (!await answered(transfer)) return null;
  return {
    service: places.service.value === ticket.service ? null : places.service.value,
    counter: places.counter.value || null,
  };
}

function option(value, text, disabled) {
  const made = make('option', '', text);
  made.value = value;
  made.disabled = Boolean(disabled);
  return made;
}

function listCounters() {
  const there = asked.others.filter((other) => other.services.includes(places.service.value));
  fill(places.counter, [option('', say('any_counter'))].concat(there.map((other) => {
    const named = say('counter_named', { number: other.number, name: own(other.name) }).trim();
    return option(other.id, other.open ? named : say('counter_closed', { counter: named }), !other.open);
  })));
}

places.service.addEventListener('change', listCounters);
transfer.querySelector('form').addEventListener('submit', (event) => {
  const nowhere = places.service.value === asked.counter.ticket.service && !places.counter.value;
  if (nowhere) event.preventDefault();
  document.getElementById('transfer-hint').hidden = !nowhere;
});
