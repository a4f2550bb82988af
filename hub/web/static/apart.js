// Tickets that a counter keeps which is cut off, and the word of a person that frees them.

import { ask } from './ask.js';
import { lasting, make, numberOf, own, page, put, refill, say, timeOf } from './live.js';

const panel = document.getElementById('apart-panel');
const count = document.getElementById('apart-count');
const list = document.getElementById('apart');
const sure = document.getElementById('apart-sure');

let shown = '';

for (const button of sure.querySelectorAll('[data-close]')) {
  button.addEventListener('click', () => sure.close());
}

export function showApart(picture, now) {
  const kept = picture.counters.flatMap((counter) => counter.kept_apart.map((ticket) => ({
    ...ticket, counter: counter.number, since: counter.unit && counter.unit.lost_since,
  })));
  panel.hidden = kept.length === 0;
  document.body.dataset.kept = panel.hidden ? 'no' : 'yes';
  const wanted = JSON.stringify(kept);
  if (wanted !== shown) {
    shown = wanted;
    count.textContent = kept.length;
    refill(list, kept.map((ticket) => row(ticket, picture.services)));
  }
  kept.forEach((ticket, index) => {
    const age = lasting((now - Date.parse(ticket.queued_at)) / 1000);
    put(list.children[index], 'age', say('apart_waits', { age }));
  });
}

function row(ticket, services) {
  const service = services.find((some) => some.id === ticket.service);
  const age = make('span', 'quiet');
  age.dataset.slot = 'age';
  const what = make('p', 'apart-ticket');
  what.append(make('strong', '', numberOf(ticket.number)), make('span', '', service ? own(service.name) : ''), age);
  const where = make('p', 'apart-where', held(ticket));
  where.append(make('small', 'quiet', ticket.callable_until
    ? say('apart_may_call', { time: timeOf(ticket.callable_until) }) : say('apart_cannot_call')));
  const item = make('li');
  item.append(what, where);
  if (page.operate) item.append(button(ticket));
  return item;
}

function held(ticket) {
  if (ticket.doubted) return say('apart_doubted', { counter: ticket.counter });
  return ticket.since
    ? say('apart_held', { counter: ticket.counter, time: timeOf(ticket.since) })
    : say('apart_left', { counter: ticket.counter });
}

function button(ticket) {
  const made = make('button', 'act slim', say('apart_give'));
  made.type = 'button';
  made.id = 'give-' + ticket.id;
  made.setAttribute('aria-label', numberOf(ticket.number) + ': ' + say('apart_give'));
  made.addEventListener('click', () => give(ticket, false));
  return made;
}

function give(ticket, unitOff) {
  const address = `/api/tickets/${ticket.id}/not-called`;
  const given = say('apart_given', { number: numberOf(ticket.number) });
  ask(address, { unit_off: unitOff }, given, (code) => {
    if (code === 'may_be_called') makeSure(ticket);
    return code === 'may_be_called';
  });
}

// What nobody can take back is said once more, with what can go wrong.
function makeSure(ticket) {
  const values = {
    number: numberOf(ticket.number),
    counter: ticket.counter,
    time: ticket.callable_until ? timeOf(ticket.callable_until) : say('none'),
  };
  put(sure, 'title', say('apart_sure_title', values));
  put(sure, 'text', say('apart_sure_text', values));
  put(sure, 'yes', say('apart_sure_yes', values));
  sure.querySelector('form').onsubmit = () => { give(ticket, true); };
  sure.showModal();
}
