// The page that follows a ticket.

import {
  Live, lasting, momentOf, numberOf, own, page, put, reveal, say, waiting,
} from './live.js';

const SUMMONS = ['called', 'recalled'];
const VIBRATION_MS = [400, 200, 400, 200, 800];

const element = document.getElementById('ticket');
const id = page.picture.ticket.id;
let summonedBy = '';

const live = new Live('?ticket=' + id, '/api/tickets/' + id, show);
live.start();

function show(picture) {
  const ticket = picture.ticket;
  element.dataset.state = ticket.state;
  for (const section of element.querySelectorAll('[data-when]')) {
    section.hidden = !section.dataset.when.split(' ').includes(ticket.state);
  }
  for (const wish of element.querySelectorAll('[data-wish]')) {
    wish.hidden = !ticket.wishes.includes(wish.dataset.wish);
  }
  put(element, 'number', numberOf(ticket.number));
  put(element, 'service', own(ticket.service_name));
  put(element, 'kind', own(ticket.kind));
  reveal(element, 'kind', ticket.kind !== null);
  put(element, 'further', ticket.further.map((service) => own(service.name)).join(' · '));
  element.querySelector('.slip-further').hidden = ticket.further.length === 0;
  put(element, 'kept', ticket.kept_for);
  element.querySelector('.slip-kept').hidden = ticket.kept_for === null;
  showApart(ticket.held_apart, picture.now);
  showReturn(ticket);
  put(element, 'ahead', ticket.ahead || 0);
  put(element, 'wait', waiting(ticket.wait_s, ticket.open_counters));
  put(element, 'counter', ticket.counter_number || '');
  summon(ticket);
}

// Who is kept by a counter that is cut off sees by which, and what can be done.
function showApart(apart, now) {
  document.getElementById('apart').hidden = apart === null;
  if (apart === null) return;
  const counter = apart.counter_number;
  put(element, 'apart', apart.since
    ? say('apart_since', { counter, time: momentOf(apart.since, now) }) : say('apart_left', { counter }));
  put(element, 'apart_more', apart.callable_until
    ? say('apart_may_call', { time: momentOf(apart.callable_until, now) }) : say('apart_say_so'));
}

// Who missed the call sees how long there is still time to come back.
function showReturn(ticket) {
  const open = ticket.wishes.includes('come_back');
  document.getElementById('back-left').hidden = !open;
  document.getElementById('back-over').hidden = open;
  const until = ticket.come_back_until;
  const left = until ? (Date.parse(until) - live.now()) / 1000 : 0;
  put(element, 'left', open ? say('left', { age: lasting(left) }) : '');
}

// Each call and each recall is felt once.
function summon(ticket) {
  const called = SUMMONS.includes(ticket.state);
  document.title = called
    ? say('title_called', { number: ticket.number, counter: ticket.counter_number })
    : ticket.number ? say('title', { number: ticket.number }) : say('title_booked');
  const by = called ? ticket.since : '';
  // A browser lets a page vibrate only after somebody has touched it.
  const touched = navigator.userActivation && navigator.userActivation.hasBeenActive;
  if (by && by !== summonedBy && touched && navigator.vibrate) navigator.vibrate(VIBRATION_MS);
  summonedBy = by;
}

// A second tap while the first is on its way would only be refused.
document.addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
});
