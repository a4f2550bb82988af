// The page that follows a ticket.

import {
  Live, lasting, momentOf, numberOf, own, page, put, reveal, say, waiting,
} from './live.js';
import './sent.js';
import { listening, signal } from './signal.js';

const SUMMONS = ['called', 'recalled'];

const element = document.getElementById('ticket');
const asOf = document.getElementById('as-of');
let summonedBy = SUMMONS.includes(page.picture.ticket.state) ? page.picture.ticket.since : '';

// Whoever wants to be called hears it with the page behind another one as well.
const live = new Live('?ticket=' + page.slip, '/api/tickets/' + page.slip, show, listening);
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
  showReturn(ticket, picture.now);
  showRating(ticket.rating, picture.now);
  put(element, 'ahead', ticket.ahead || 0);
  put(element, 'wait', waiting(ticket.wait_s, ticket.open_counters));
  put(element, 'counter', ticket.counter_number || '');
  asOf.hidden = live.fresh();
  summon(ticket);
}

// Who is kept by a counter that is cut off sees by which, and what can be done.
function showApart(apart, now) {
  document.getElementById('apart').hidden = apart === null;
  if (apart === null) return;
  const counter = apart.counter_number;
  put(element, 'apart', apartText(apart, counter, now));
  put(element, 'apart_more', apart.callable_until
    ? say('apart_may_call', { time: momentOf(apart.callable_until, now) }) : say('apart_say_so'));
}

function apartText(apart, counter, now) {
  if (apart.doubted) return say('apart_doubted', { counter });
  return apart.since
    ? say('apart_since', { counter, time: momentOf(apart.since, now) }) : say('apart_left', { counter });
}

// Who missed the call sees how long there is still time to come back.
function showReturn(ticket, now) {
  const until = ticket.come_back_until;
  const left = until ? (Date.parse(until) - live.now()) / 1000 : 0;
  const open = left > 0 && (!ticket.holder || ticket.wishes.includes('come_back'));
  document.getElementById('back-left').hidden = !open;
  document.getElementById('back-over').hidden = open;
  if (until) put(element, 'back', say('back_until', { time: momentOf(until, now) }));
  put(element, 'left', open ? say('left', { age: lasting(left) }) : '');
}

// The reasons that are asked for come with the page that answers a rating.
function showRating(rating, now) {
  document.getElementById('rate').hidden = rating === null;
  if (rating === null) return;
  document.getElementById('rate-ask').hidden = rating.rated;
  document.getElementById('rate-thanks').hidden = !rating.rated;
  document.getElementById('rate-call').value = rating.call_id;
  put(element, 'rate_what', say('rate_what', {
    service: own(rating.service_name), counter: rating.counter_number,
  }));
  put(element, 'rate_until', say('rate_until', { time: momentOf(rating.until, now) }));
}

// Each call and each recall is seen, heard and felt once.
function summon(ticket) {
  const called = SUMMONS.includes(ticket.state);
  const values = { number: numberOf(ticket.number), counter: ticket.counter_number };
  document.title = called ? say('title_called', values)
    : ticket.number ? say('title', values) : say('title_booked');
  const by = called ? ticket.since + ticket.recalls : '';
  if (by && by !== summonedBy && live.age() !== null) {
    signal(say('say_call', values));
    window.scrollTo(0, 0);
  }
  summonedBy = by;
}
