// What a clerk can do in which state of the counter, and why not.

import { page, say, whoHas } from './live.js';

const WITH_TICKET = ['recall', 'no_show', 'start', 'done', 'hold', 'transfer'];
const WITHOUT_TICKET = ['next', 'close', 'sign_out', 'pause', 'resume'];

// What the clerk will most likely want now.
export function usual(counter) {
  if (page.next_finishes && counter.state === 'serving') return 'next';
  return {
    closed: 'open', idle: 'next', called: 'start', serving: 'done', paused: 'unpause',
  }[counter.state];
}

// Whether the button is there at all: what makes no sense now would only be in the way.
export function offered(action, picture, now) {
  const { counter, undo } = picture;
  const closed = counter.state === 'closed';
  if (action === 'open') return closed;
  if (action === 'close' || action === 'resume') return !closed;
  if (action === 'next') return counter.state !== 'paused';
  if (action === 'unpause') return counter.state === 'paused';
  if (action === 'pause') return !closed && counter.state !== 'paused';
  if (action === 'undo') return undo !== null && Date.parse(undo.until) > now;
  return true;
}

// Why an action cannot be done now; empty if it can.
export function hindrance(action, picture) {
  const { counter, undo } = picture;
  const { ticket } = counter;
  const finishes = action === 'next' && page.next_finishes;
  if (WITHOUT_TICKET.includes(action) && ticket && !finishes) return say('why_busy', { number: whoHas(ticket.number) });
  if (action === 'next' && counter.state === 'closed') return say('why_open');
  if (WITH_TICKET.includes(action) && !ticket) return say('why_nobody');
  if (action === 'start' && counter.state === 'serving') return say('why_serving');
  if (action === 'resume' && !counter.on_hold.length) return say('refused_nothing_on_hold');
  if (action === 'undo' && !undo) return say('refused_nothing_to_undo');
  return '';
}
