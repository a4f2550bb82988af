// The page that follows a ticket.

import { Live, page, put, say, waiting } from './live.js';

const SUMMONS = ['called', 'recalled'];
const VIBRATION_MS = [400, 200, 400, 200, 800];

const element = document.getElementById('ticket');
const id = page.picture.ticket.id;
let summonedBy = '';

new Live('?ticket=' + id, '/api/tickets/' + id, show).start();

function show(picture) {
  const ticket = picture.ticket;
  element.dataset.state = ticket.state;
  for (const section of element.querySelectorAll('[data-when]')) {
    section.hidden = !section.dataset.when.split(' ').includes(ticket.state);
  }
  put(element, 'ahead', ticket.ahead || 0);
  put(element, 'wait', waiting(ticket.wait_s));
  put(element, 'counter', ticket.counter_number || '');
  summon(ticket);
}

// Each call and each recall is felt once.
function summon(ticket) {
  const called = SUMMONS.includes(ticket.state);
  document.title = called
    ? say('title_called', { number: ticket.number, counter: ticket.counter_number })
    : say('title', { number: ticket.number });
  const by = called ? ticket.since : '';
  // A browser lets a page vibrate only after somebody has touched it.
  const touched = navigator.userActivation && navigator.userActivation.hasBeenActive;
  if (by && by !== summonedBy && touched && navigator.vibrate) navigator.vibrate(VIBRATION_MS);
  summonedBy = by;
}
