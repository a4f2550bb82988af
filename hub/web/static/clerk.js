// The clerk's page: one press, one command, with the picture that the clerk saw.

import './hasty.js';
import { askPause, askTransfer, asking } from './clerk_ask.js';
import { hindrance, offered, usual } from './clerk_acts.js';
import {
  Live, clockOf, fill, lasting, make, momentOf, numberOf, own, page, put, reveal, say, showAlerts, timeOf,
  whoHas,
} from './live.js';
import { post } from './post.js';

const counterId = page.picture.counter.id;
const GOOD_NEWS_MS = 4000;
const LONG = 1.5;
// Pressed again within this time it is one press of a hasty hand, even if the first has been
// answered by then: the next person would be called away from nobody.
const SECOND_PRESS_MS = 500;
const KEYS = {
  n: ['next'], s: ['start'], d: ['done'], r: ['recall'], x: ['no_show'], h: ['hold'],
  t: ['transfer'], p: ['pause'], b: ['unpause'], u: ['undo'], g: ['resume'], o: ['open', 'close'],
};
// The same places as on the pad of a counter's own unit.
const PAD = {
  NumpadEnter: ['unpause', 'next'], NumpadDecimal: ['done'], NumpadAdd: ['recall'],
  NumpadSubtract: ['no_show'], NumpadMultiply: ['hold'], Numpad0: ['transfer'],
  NumpadDivide: ['pause'], Backspace: ['undo'],
};
const work = document.getElementById('work');
const signIn = document.getElementById('sign-in');

let pressing = false;
let pressed = { code: '', at: -SECOND_PRESS_MS };
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
  showCutOff(counter.unit);
  showHand(picture, now);
  showQueue(picture, now);
  showHeld(counter, now);
  showComing(picture.appointments, picture.now);
  put(work, 'clerk', counter.clerk ? counter.clerk.name : '');
  put(work, 'served', say('served', { count: counter.served_today }));
  for (const button of work.querySelectorAll('[data-action]')) showButton(button, picture, now);
  showAlerts(picture.warnings);
  if (said().dataset.kind === 'good' && performance.now() - toldAt > GOOD_NEWS_MS) tell('', '');
}

function left(until, now) {
  return until ? (Date.parse(until) - now) / 1000 : 0;
}

// A unit that is cut off decides by itself, and what it has done is not known here yet.
function showCutOff(unit) {
  const notice = document.getElementById('cut-off');
  notice.hidden = unit === null || unit.heard;
  notice.textContent = notice.hidden ? '' : unit.lost_since
    ? say('cut_off', { time: timeOf(unit.lost_since) }) : say('unheard');
}

function showHand(picture, now) {
  const hand = document.getElementById('hand');
  const { counter } = picture;
  const { ticket, pause } = counter;
  const began = ticket ? ticket.since : counter.since;
  hand.dataset.state = counter.state;
  put(hand, 'state', say('state_' + (ticket && ticket.state === 'recalled' ? 'recalled' : counter.state)));
  put(hand, 'since', began ? say('since', { age: lasting((now - Date.parse(began)) / 1000) }) : '');
  put(hand, 'number', ticket ? numberOf(ticket.number) : '—');
  put(hand, 'service', ticket ? page.services[ticket.service] : pause ? own(pause.reason) : '');
  showUsual(ticket, now);
  put(hand, 'further', ticket && ticket.further.length
    ? say('further', { services: ticket.further.map((id) => page.services[id]).join(' · ') }) : '');
  put(hand, 'kind', ticket ? own(ticket.kind) : '');
  reveal(hand, 'kind', Boolean(ticket && ticket.kind));
  put(hand, 'why', ticket ? own(ticket.why) : pause ? backText(pause, now) : '');
  const rates = left(counter.invitation && counter.invitation.until, now);
  put(hand, 'invited', rates > 0
    ? say('invited', { number: whoHas(counter.invitation.number), age: lasting(rates) }) : '');
}

// How long it has lasted, against how long it usually does.
function showUsual(ticket, now) {
  const place = document.getElementById('usual');
  const began = ticket && (ticket.called_at || ticket.since);
  place.hidden = !ticket || !ticket.usual_s;
  if (place.hidden) return;
  const part = Math.max(0, now - Date.parse(began)) / 1000 / ticket.usual_s;
  place.querySelector('.meter-fill').style.setProperty('--part', Math.min(1, part));
  place.dataset.over = String(part > LONG);
  put(place, 'usual', say(part > LONG ? 'usual_over' : 'usual', { usual: lasting(ticket.usual_s) }));
}

function backText(pause, now) {
  if (!pause.back_at) return say('back_unknown');
  const seconds = left(pause.back_at, now);
  return seconds > 0 ? say('back_in', { age: lasting(seconds) })
    : say('back_overdue', { age: lasting(-seconds) });
}

// A row for each ticket, made anew only when others wait than before.
function rows(list, tickets, made) {
  const wanted = JSON.stringify(tickets);
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  fill(list, tickets.map(made));
}

function age() {
  const found = make('span', 'quiet');
  found.dataset.slot = 'age';
  return found;
}

function showQueue(picture, now) {
  const { queue, counter, next } = picture;
  put(work, 'waiting', say('waiting', { count: counter.waiting }));
  work.querySelector('[data-slot="queue_empty"]').hidden = queue.length > 0;
  const list = document.getElementById('queue');
  rows(list, queue.map((waits) => ({ ...waits, why: next && next.id === waits.id ? next.why : null })), (waits) => {
    const item = make('li');
    const what = make('span', '', page.services[waits.service]);
    if (waits.kind) what.append(' ', make('span', 'mark', own(waits.kind)));
    if (waits.kept) what.append(' ', make('span', 'mark', say('kept')));
    item.append(make('strong', '', numberOf(waits.number)), what, age());
    if (waits.why) item.append(make('small', 'quiet', say('first', { why: own(waits.why) })));
    return item;
  });
  queue.forEach((waits, index) => {
    put(list.children[index], 'age', lasting((now - Date.parse(waits.queued_at)) / 1000));
  });
}

function showHeld(counter, now) {
  const list = document.getElementById('held');
  document.getElementById('held-panel').hidden = counter.on_hold.length === 0;
  rows(list, counter.on_hold, (kept, index) => {
    const item = make('li');
    const button = make('button', 'act slim');
    button.type = 'button';
    button.dataset.action = 'resume';
    button.dataset.ticket = kept.id;
    button.append(make('span', 'act-name', say('go_on')));
    if (index === 0) button.append(make('kbd', '', 'G'));
    item.append(make('strong', '', numberOf(kept.number)), make('span', '', page.services[kept.service]), age(), button);
    return item;
  });
  counter.on_hold.forEach((kept, index) => {
    put(list.children[index], 'age', lasting((now - Date.parse(kept.since)) / 1000));
  });
}

function showComing(appointments, now) {
  document.getElementById('coming-panel').hidden = appointments.length === 0;
  rows(document.getElementById('coming'), appointments, (coming) => {
    const item = make('li');
    item.append(make('strong', '', momentOf(coming.due_at, now)), make('span', '', page.services[coming.service]));
    return item;
  });
}

function showButton(button, picture, now) {
  const action = button.dataset.action;
  const why = live.fresh() ? hindrance(action, picture) : say('why_old');
  button.hidden = !offered(action, picture, now);
  button.setAttribute('aria-disabled', String(Boolean(why) || pressing));
  button.classList.toggle('primary', action === usual(picture.counter) && !why);
  const small = button.querySelector('small');
  if (small) small.textContent = why || hint(action, picture, now);
}

// What pressing would do, where the button alone does not say it.
function hint(action, picture, now) {
  if (action === 'next' && picture.next) return picture.next.number + ' · ' + own(picture.next.why);
  if (action !== 'undo' || !picture.undo) return '';
  const { step, number, until } = picture.undo;
  return say('undo_' + step, { number: whoHas(number), age: lasting(left(until, now)) });
}

function said() {
  return document.getElementById(work.hidden ? 'said-closed' : 'said');
}

function tell(text, kind) {
  for (const id of ['said', 'said-closed']) document.getElementById(id).textContent = '';
  said().textContent = text;
  said().dataset.kind = kind;
  toldAt = performance.now();
}

// --- pressing -----------------------------------------------------------------------------

async function press(action, more) {
  if (pressing || asking()) return;
  const picture = live.picture;
  const why = live.fresh() ? hindrance(action, picture) : say('why_old');
  if (why) {
    tell(why, 'bad');
    return;
  }
  const seen = picture.counter.version;
  const details = await detailsOf(action, picture);
  if (details) await commanded([{ action, seen, ...details, ...more }]);
  else pressed.code = ''; // thought better of it: the same key may be pressed at once
}

// What a command needs beyond its name; null if the clerk would rather not.
async function detailsOf(action, picture) {
  if (action === 'pause') return askPause();
  if (action === 'transfer') return askTransfer(picture);
  return {};
}

// Commands one after the other, as long as they are accepted.
async function commanded(commands) {
  pressing = true;
  tell(say('sending'), '');
  live.tick();
  let accepted = true;
  for (const command of commands) {
    if (accepted) accepted = outcome(command, await send(command));
  }
  pressing = false;
  live.tick();
  return accepted;
}

function send(command) {
  return post(`/api/counters/${counterId}/commands`, command, (answered) => {
    tell(say(answered ? 'refused_unavailable' : 'no_link'), 'bad');
  });
}

// What has been done, and with whom: "done" alone would say that somebody's service has ended.
function did(action, ticket) {
  const named = ticket && page.texts['did_' + action];
  return named ? say('did_' + action, { number: numberOf(ticket.number) }) : say('done');
}

function outcome(command, answer) {
  if (answer === null) {
    tell(say('gave_up'), 'bad');
    return false;
  }
  const { outcome: became, code, ticket } = answer.content;
  if (answer.status === 200) {
    if (became === 'nothing_waiting') tell(say('nothing_waiting'), '');
    else tell(did(command.action, ticket), 'good');
    return true;
  }
  const known = page.texts[`refused_${command.action}_${code}`] || page.texts['refused_' + code];
  tell(known || say('refused', { code: code || answer.status }), 'bad');
  return false;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('#work [data-action]');
  if (!button) return;
  press(button.dataset.action, button.dataset.ticket ? { ticket: button.dataset.ticket } : {});
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, select, textarea, dialog');
  const names = PAD[event.code] || KEYS[event.key.toLowerCase()];
  if (!names || typing || work.hidden || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  if (again(event)) return;
  const now = live.now();
  press(names.find((name) => offered(name, live.picture, now)) || names[0], {});
});

function again({ code, timeStamp }) {
  const before = pressed;
  pressed = { code, at: timeStamp };
  return code === before.code && timeStamp - before.at < SECOND_PRESS_MS;
}

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
