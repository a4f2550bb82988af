// The counters, each a tile; one at a time can be looked at in full.

import { fill, lasting, make, numberOf, own, put, say, since, timeOf, whoHas } from './live.js';
import { showMarks } from './marks.js';

const SLOW_FROM = 1.5;

let opened = null;

export function showTiles(picture, now) {
  for (const counter of picture.counters) {
    showCounter(document.querySelector(`[data-counter="${counter.id}"]`), counter, picture, now);
    if (opened && opened.dataset.detail === counter.id) showCounter(opened, counter, picture, now);
  }
}

// A click on a number opens that counter; only where the page has a place for it.
export function openable() {
  const dialog = document.getElementById('detail');
  const place = document.getElementById('detail-tile');
  for (const tile of document.querySelectorAll('.tile')) {
    tile.querySelector('[data-more]').addEventListener('click', () => {
      opened = tile.cloneNode(true);
      opened.dataset.detail = opened.dataset.counter;
      delete opened.dataset.counter;
      opened.querySelector('[data-more]').disabled = true;
      fill(place, [opened]);
      dialog.showModal();
    });
  }
  dialog.addEventListener('close', () => { opened = null; });
}

function showCounter(element, counter, picture, now) {
  const ticket = counter.ticket;
  const state = ticket && ticket.state === 'recalled' ? 'recalled' : counter.state;
  const began = ticket ? ticket.called_at || ticket.since : counter.since;
  const service = ticket && picture.services.find((item) => item.id === ticket.service);
  // What a counter does whose unit is cut off is what was last heard of it.
  const stale = Boolean(counter.unit && !counter.unit.heard && counter.unit.lost_since && counter.state !== 'closed');
  element.dataset.state = counter.state;
  element.dataset.stale = stale;
  element.dataset.overdue = Boolean(counter.pause && counter.pause.back_at && Date.parse(counter.pause.back_at) < now);
  put(element, 'state', say('state_' + state));
  put(element, 'ticket', ticket ? numberOf(ticket.number) : say('none'));
  put(element, 'since', stale ? say('last_known') : began ? lasting(since(began, now)) : '');
  put(element, 'serving', service ? own(service.name) : paused(counter.pause, now));
  put(element, 'clerk', counter.clerk ? counter.clerk.name : say('no_clerk'));
  put(element, 'load', say('tile_load', { waiting: counter.waiting, served: counter.served_today }));
  put(element, 'hold', counter.on_hold.length ? say('on_hold', {
    count: counter.on_hold.length, numbers: counter.on_hold.map((kept) => numberOf(kept.number)).join(' · '),
  }) : '');
  showUsual(element, stale ? null : ticket, began, now);
  showSkills(element, counter, picture.services);
  showMarks(element, counter.flags, now, counter.hottest, picture.services);
  showUnit(element, counter.unit, now, !['closed'].includes(counter.state));
  const left = counter.invitation ? (Date.parse(counter.invitation.until) - now) / 1000 : 0;
  put(element, 'invited', left > 0
    ? say('invited', { number: whoHas(counter.invitation.number), age: lasting(left) }) : '');
}

// How long this service has taken, against how long it usually takes here.
function showUsual(element, ticket, began, now) {
  const place = element.querySelector('[data-usual]');
  const usual = ticket && ticket.usual_s;
  place.hidden = !usual;
  if (!usual) return;
  const part = since(began, now) / usual;
  element.dataset.slow = part > SLOW_FROM;
  place.querySelector('.meter').style.setProperty('--part', Math.min(part / SLOW_FROM, 1));
  put(place, 'usual', say(part > SLOW_FROM ? 'usual_over' : 'usual', { usual: lasting(usual) }));
}

// Why the clerk is away, and until when.
function paused(pause, now) {
  if (!pause) return '';
  const back = pause.back_at ? (Date.parse(pause.back_at) - now) / 1000 : null;
  const words = back === null ? say('back_unknown')
    : back > 0 ? say('back_in', { age: lasting(back) }) : say('back_overdue', { age: lasting(-back) });
  return pause.reason ? own(pause.reason) + ' · ' + words : words;
}

function showSkills(element, counter, services) {
  const list = element.querySelector('[data-skills]');
  const wanted = JSON.stringify([counter.services, counter.added]);
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  fill(list, services.filter((service) => counter.services.includes(service.id)).map((service) => {
    const added = counter.added.includes(service.id);
    return make('span', added ? 'skill added' : 'skill', own(service.name) + (added ? ' ' + say('added') : ''));
  }));
}

// A counter that is open while its unit is cut off works alone.
export function showUnit(element, unit, now, serves) {
  const lost = unit && unit.lost_since;
  element.dataset.unit = !unit ? 'none' : unit.heard ? unit.faults.length ? 'faulty' : 'heard' : 'lost';
  if (!unit) put(element, 'unit', say('no_unit'));
  else if (unit.heard) put(element, 'unit', say(unit.faults.length ? 'unit_faulty' : 'unit_heard'));
  else if (!lost) put(element, 'unit', say('unit_unheard'));
  else put(element, 'unit', say(serves ? 'unit_alone' : 'unit_lost', { time: timeOf(lost), age: lasting(since(lost, now)) }));
  showFaults(element, unit ? unit.faults : []);
}

// Peripherals that do not work: in words, and as the driver puts it.
function showFaults(element, faults) {
  const list = element.querySelector('[data-faults]');
  const wanted = JSON.stringify(faults);
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  list.hidden = faults.length === 0;
  fill(list, faults.map((fault) => {
    const item = make('li');
    item.dataset.flag = 'fault';
    item.append(make('strong', '', own(fault.text)));
    if (fault.detail) item.append(make('small', '', fault.detail));
    return item;
  }));
}

export function showUnits(units, now) {
  document.getElementById('units-panel').hidden = units.length === 0;
  const list = document.getElementById('units');
  const ids = units.map((unit) => unit.id).join(' ');
  if (list.dataset.shown !== ids) {
    list.dataset.shown = ids;
    fill(list, units.map((unit) => {
      const item = make('li', 'placed');
      const state = make('span', 'unit');
      state.dataset.slot = 'unit';
      const faults = make('ul', 'marks');
      faults.dataset.faults = '';
      item.append(make('strong', '', say('unit_' + unit.role, { number: unit.number, unit: unit.id })), state, faults);
      return item;
    }));
  }
  units.forEach((unit, index) => showUnit(list.children[index], unit, now, false));
}
