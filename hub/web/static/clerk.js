// The clerk's page: one press, one command, with the picture that the clerk saw.

import {
  Live, clockOf, fill, lasting, make, own, page, put, say, showAlerts,
} from './live.js';

const counterId = page.picture.counter.id;
const ATTEMPTS = 6;
const ATTEMPT_MS = 4000;
const GOOD_NEWS_MS = 4000;
const KEYS = { n: 'next', s: 'start', d: 'done', r: 'recall', x: 'no_show', o: 'toggle' };
const work = document.getElementById('work');
const signIn = document.getElementById('sign-in');
const said = document.getElementById('said');

let pressing = false;
let queueShown = null;
let toldAt = 0;

const live = new Live('?counter=' + counterId, '/clerk/' + counterId, show);
live.start();

// --- showing ------------------------------------------------------------------------------

function show(picture) {
  const counter = picture.counter;
  const now = live.now();
  signIn.hidden = counter.clerk !== null;
  work.hidden = counter.clerk === null;
  document.getElementById('clock').textContent = clockOf(now, picture.hall.time_zone);
  showHand(counter, now);
  showQueue(picture, now);
  put(work, 'clerk', counter.clerk ? counter.clerk.name : '');
  put(work, 'served', say('served', { count: counter.served_today }));
  put(work, 'toggle', say(counter.state === 'closed' ? 'open_counter' : 'close_counter'));
  for (const button of work.querySelectorAll('[data-action]')) showButton(button, counter);
  showAlerts(picture.warnings);
  if (said.dataset.kind === 'good' && performance.now() - toldAt > GOOD_NEWS_MS) tell('', '');
}

function showHand(counter, now) {
  const hand = document.getElementById('hand');
  const ticket = counter.ticket;
  const began = ticket ? ticket.since : counter.since;
  hand.dataset.state = counter.state;
  put(hand, 'state', say('state_' + (ticket && ticket.state === 'recalled' ? 'recalled' : counter.state)));
  put(hand, 'since', began ? say('since', { age: lasting((now - Date.parse(began)) / 1000) }) : '');
  put(hand, 'number', ticket ? ticket.number : '—');
  put(hand, 'service', ticket ? page.services[ticket.service] : '');
  put(hand, 'why', ticket ? own(ticket.why) : '');
  const left = counter.invitation ? (Date.parse(counter.invitation.until) - now) / 1000 : 0;
  put(hand, 'invited', left > 0 ? say('invited', { number: counter.invitation.number, age: lasting(left) }) : '');
}

function showQueue(picture, now) {
  const { queue, counter } = picture;
  put(work, 'waiting', say('waiting', { count: counter.waiting }));
  work.querySelector('[data-slot="queue_empty"]').hidden = queue.length > 0;
  const list = document.getElementById('queue');
  const wanted = queue.map((waits) => waits.number).join(' ');
  if (wanted !== queueShown) {
    queueShown = wanted;
    fill(list, queue.map((waits) => {
      const item = make('li');
      const age = make('span', 'quiet');
      age.dataset.slot = 'age';
      item.append(make('strong', '', waits.number), make('span', '', page.services[waits.service]), age);
      return item;
    }));
  }
  queue.forEach((waits, index) => {
    put(list.children[index], 'age', lasting((now - Date.parse(waits.queued_at)) / 1000));
  });
}

function showButton(button, counter) {
  const action = actionOf(button.dataset.action, counter);
  const why = live.fresh() ? hindrance(action, counter) : say('why_old');
  button.setAttribute('aria-disabled', String(Boolean(why) || pressing));
  button.classList.toggle('primary', action === usual(counter) && !why);
  button.querySelector('small').textContent = why;
}

function actionOf(name, counter) {
  if (name !== 'toggle') return name;
  return counter.state === 'closed' ? 'open' : 'close';
}

// What the clerk will most likely want now.
function usual(counter) {
  return { closed: 'open', idle: 'next', called: 'start', serving: 'done' }[counter.state];
}

// Why an action cannot be done now; empty if it can.
function hindrance(action, counter) {
  const ticket = counter.ticket;
  if (['next', 'close', 'sign_out'].includes(action) && ticket) {
    return say('why_busy', { number: ticket.number });
  }
  if (action === 'next' && counter.state === 'closed') return say('why_open');
  if (['recall', 'no_show', 'start', 'done'].includes(action) && !ticket) return say('why_nobody');
  if (action === 'start' && counter.state === 'serving') return say('why_serving');
  return '';
}

function tell(text, kind) {
  said.textContent = text;
  said.dataset.kind = kind;
  toldAt = performance.now();
}

// --- pressing -----------------------------------------------------------------------------

function key() {
  const drawn = crypto.getRandomValues(new Uint8Array(15));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Sends a command until somebody answers, always under the same key: it acts once.
async function send(command) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key() };
  const body = JSON.stringify(command);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const answer = await once({ method: 'POST', headers, body });
    if (answer && answer.status !== 503) return answer;
    tell(say(answer ? 'refused_unavailable' : 'no_link'), 'bad');
    await new Promise((resolve) => setTimeout(resolve, 400 * attempt));
  }
  return null;
}

async function once(request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ATTEMPT_MS);
  try {
    const address = `/api/counters/${counterId}/commands`;
    const answer = await fetch(address, { ...request, signal: patience.signal });
    return { status: answer.status, content: await answer.json() };
  } catch (error) {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function press(action) {
  if (pressing) return;
  const counter = live.picture.counter;
  const why = live.fresh() ? hindrance(action, counter) : say('why_old');
  if (why) {
    tell(why, 'bad');
    return;
  }
  await commanded([{ action, seen: counter.version }]);
}

// Commands one after the other, as long as they are accepted.
async function commanded(commands) {
  pressing = true;
  tell(say('sending'), '');
  live.tick();
  let accepted = true;
  for (const command of commands) {
    if (accepted) accepted = outcome(await send(command));
  }
  pressing = false;
  live.tick();
  return accepted;
}

function outcome(answer) {
  if (answer === null) {
    tell(say('gave_up'), 'bad');
    return false;
  }
  const { outcome: became, code, ticket } = answer.content;
  if (answer.status === 200) {
    if (became === 'nothing_waiting') tell(say('nothing_waiting'), '');
    else tell(ticket ? say('done') + ' · ' + ticket.number : say('done'), 'good');
    return true;
  }
  const known = page.texts['refused_' + code];
  tell(known || say('refused', { code: code || answer.status }), 'bad');
  return false;
}

work.addEventListener('click', (event) => {
  const button = event.target.closest('[data-action]');
  if (button) press(actionOf(button.dataset.action, live.picture.counter));
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, select, textarea');
  const name = KEYS[event.key.toLowerCase()];
  if (!name || typing || work.hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  press(actionOf(name, live.picture.counter));
});

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (pressing) return;
  const pin = signIn.elements.pin.value;
  signIn.elements.pin.value = '';
  await commanded([
    { action: 'sign_in', clerk: signIn.elements.clerk.value, pin },
    { action: 'open' },
  ]);
});
