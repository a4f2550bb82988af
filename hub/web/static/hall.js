// The operator's page.

import { showAdvice } from './advice.js';
import { showAlone } from './alone.js';
import { showApart } from './apart.js';
import { showNotice } from './notice.js';
import { showRestored } from './restored.js';
import {
  Live, clockOf, fill, lasting, make, momentOf, numberOf, own, put, say, showAlerts, timeOf, waiting,
  whoHas,
} from './live.js';

const RATINGS_SHOWN = 5;
const NEWS_SHOWN = 14;
const QUIET_BELOW = 0.4;
const BUSY_ABOVE = 0.8;
const CONTENT = ['very_satisfied', 'satisfied', 'fairly_satisfied'];

let asideShown = '';
let newsShown = '';

new Live('', '/healthz', show).start();

function show(picture, live) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  for (const service of picture.services) showLine(service, now);
  for (const counter of picture.counters) showCounter(counter, picture, now);
  showLevels(picture);
  showAdvice(picture.advice);
  showNotice(picture);
  showRestored(picture.restored);
  showAlone(picture.alone, picture.now);
  showApart(picture, now);
  showUnits(picture.units, now);
  showAside(picture);
  showNews(picture);
  showAlerts(picture.warnings);
}

function since(text, now) {
  return text ? Math.max(0, (now - Date.parse(text)) / 1000) : 0;
}

function showHall(picture, now) {
  const hall = picture.hall;
  const chip = document.getElementById('hall-open');
  chip.dataset.open = hall.open;
  chip.textContent = hall.open ? say('open')
    : hall.opens_at ? say('opens_at', { time: momentOf(hall.opens_at, picture.now) }) : say('closed');
  document.getElementById('clock').textContent = clockOf(now, hall.time_zone);
}

function showFigures(picture, now) {
  const { services, counters, today } = picture;
  const oldest = services.filter((service) => service.oldest_at)
    .sort((one, other) => Date.parse(one.oldest_at) - Date.parse(other.oldest_at))[0];
  const open = counters.filter((counter) => !['closed', 'paused'].includes(counter.state)).length;
  const paused = counters.filter((counter) => counter.state === 'paused').length;
  const ended = today.rated + today.unrated;
  const figures = document.querySelector('.figures');
  put(figures, 'waiting', services.reduce((sum, service) => sum + service.waiting, 0));
  put(figures, 'longest', oldest ? exactly(since(oldest.oldest_at, now)) : say('none'));
  put(figures, 'longest_note', oldest ? own(oldest.name) : say('nobody_waits'));
  put(figures, 'open', say('open_of', { open, all: counters.length }));
  const free = counters.filter((counter) => counter.state === 'idle').length;
  const notes = [open ? say('free_counters', { count: free }) : say('none_open')];
  if (paused) notes.push(say('paused_counters', { count: paused }));
  put(figures, 'open_note', notes.join(' · '));
  const apart = counters.reduce((sum, counter) => sum + counter.kept_apart.length, 0);
  const taken = say('taken', { count: today.issued });
  put(figures, 'waiting_note', apart ? taken + ' · ' + say('apart_also', { count: apart }) : taken);
  put(figures, 'served', today.served);
  put(figures, 'served_note', say('missed', { count: today.missed }));
  put(figures, 'rated', today.rated);
  const content = CONTENT.reduce((sum, level) => sum + (today.levels[level] || 0), 0);
  put(figures, 'rated_note', today.rated ? say('content', { share: percent(content, today.rated) }) : '');
  put(figures, 'unrated', ended ? percent(today.unrated, ended) : say('none'));
  put(figures, 'unrated_note', ended ? say('unrated_of', { count: today.unrated, all: ended }) : '');
  const rejected = Object.values(picture.rejected).reduce((sum, count) => sum + count, 0);
  document.getElementById('rejected').textContent = rejected ? say('rejected', { count: rejected }) : '';
}

function percent(part, whole) {
  return Math.round((100 * part) / whole) + '%';
}

function showLine(service, now) {
  const element = document.querySelector(`[data-service="${service.id}"]`);
  const longest = since(service.oldest_at, now);
  const part = longest / service.target_s;
  const load = loadOf(service, part);
  element.dataset.load = load;
  put(element, 'waiting', service.waiting);
  put(element, 'load', say('load_' + load));
  put(element, 'longest', service.waiting
    ? say('longest_of_target', { age: exactly(longest), target: exactly(service.target_s) })
    : say('nobody_waits'));
  put(element, 'classes', service.classes
    .map((some) => say('of_class', { count: some.waiting, name: own(some.name) })).join(' · '));
  showMarks(element, service.flags, now);
  put(element, 'wait', waiting(service.wait_s, service.open_counters));
  put(element, 'open', say('counters_open', { open: service.open_counters, all: service.counters }));
  element.querySelector('.meter').style.setProperty('--part', Math.min(part / 1.5, 1));
}

// Minutes and seconds, to be set against a target of a few minutes.
function exactly(seconds) {
  const whole = Math.floor(seconds);
  if (whole >= 3600) return lasting(whole);
  return Math.floor(whole / 60) + ':' + String(whole % 60).padStart(2, '0');
}

function loadOf(service, part) {
  if (service.waiting && !service.open_counters) return 'stuck';
  if (part >= 1) return 'over';
  // A line is hot for the wait that is to be expected, which nobody may have had yet.
  if (part >= BUSY_ABOVE || service.flags.some((flag) => flag.kind === 'hot')) return 'busy';
  return part < QUIET_BELOW ? 'quiet' : 'steady';
}

function showCounter(counter, picture, now) {
  const element = document.querySelector(`[data-counter="${counter.id}"]`);
  const ticket = counter.ticket;
  const state = ticket && ticket.state === 'recalled' ? 'recalled' : counter.state;
  const began = ticket ? ticket.since : counter.since;
  const service = ticket && picture.services.find((item) => item.id === ticket.service);
  element.dataset.state = counter.state;
  element.dataset.overdue = Boolean(counter.pause && counter.pause.back_at && Date.parse(counter.pause.back_at) < now);
  put(element, 'state', say('state_' + state));
  put(element, 'ticket', ticket ? numberOf(ticket.number) : say('none'));
  put(element, 'since', began ? lasting(since(began, now)) : '');
  put(element, 'serving', service ? own(service.name) : paused(counter.pause, now));
  put(element, 'hold', counter.on_hold.length ? say('on_hold', {
    count: counter.on_hold.length, numbers: counter.on_hold.map((kept) => numberOf(kept.number)).join(' · '),
  }) : '');
  showSkills(element, counter, picture.services);
  showMarks(element, counter.flags, now, counter.hottest, picture.services);
  put(element, 'clerk', counter.clerk ? counter.clerk.name : say('no_clerk'));
  showUnit(element, counter.unit, now);
  const left = counter.invitation ? (Date.parse(counter.invitation.until) - now) / 1000 : 0;
  put(element, 'invited', left > 0
    ? say('invited', { number: whoHas(counter.invitation.number), age: lasting(left) }) : '');
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

// Flags of a line or counter, each with its reason; of a counter's lines the hottest.
function showMarks(element, flags, now, hottest, services) {
  const list = element.querySelector('[data-marks]');
  const wanted = JSON.stringify([flags, hottest]);
  if (list.dataset.shown !== wanted) {
    list.dataset.shown = wanted;
    const marks = flags.map((flag) => mark(flag, own(flag.text), own(flag.why)));
    if (hottest) {
      const line = services.find((service) => service.id === hottest.target);
      marks.unshift(mark(hottest, say('hot_line', { service: line ? own(line.name) : hottest.target }), ''));
    }
    list.hidden = marks.length === 0;
    fill(list, marks);
  }
  for (const item of list.children) {
    put(item, 'age', say('for', { age: lasting(since(item.dataset.since, now)) }));
  }
}

function mark(flag, text, why) {
  const item = make('li');
  item.dataset.flag = flag.kind;
  item.dataset.since = flag.since;
  const age = make('span', 'quiet');
  age.dataset.slot = 'age';
  item.append(make('strong', '', text), age);
  if (why) item.append(make('small', '', why));
  return item;
}

function showUnit(element, unit, now) {
  const lost = unit && unit.lost_since;
  element.dataset.unit = !unit ? 'none' : unit.heard ? 'heard' : 'lost';
  if (!unit) put(element, 'unit', say('no_unit'));
  else if (unit.heard) put(element, 'unit', say('unit_heard'));
  else if (!lost) put(element, 'unit', say('unit_unheard'));
  else put(element, 'unit', say('unit_lost', { time: timeOf(lost), age: lasting(since(lost, now)) }));
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

function showUnits(units, now) {
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
      item.append(make('strong', '', say('unit_' + unit.role, { unit: unit.id })), state, faults);
      return item;
    }));
  }
  units.forEach((unit, index) => showUnit(list.children[index], unit, now));
}

function showLevels(picture) {
  const counts = { ...picture.today.levels, unrated: picture.today.unrated };
  const most = Math.max(1, ...Object.values(counts));
  for (const row of document.querySelectorAll('[data-level]')) {
    const count = counts[row.dataset.level] || 0;
    put(row, 'count', count);
    row.querySelector('.meter').style.setProperty('--part', count / most);
  }
}

function showAside(picture) {
  const wanted = JSON.stringify(picture.aside);
  if (wanted === asideShown) return;
  asideShown = wanted;
  document.getElementById('aside-panel').hidden = picture.aside.length === 0;
  fill(document.getElementById('aside'), picture.aside.map((line) => asideLine(line, picture.now)));
}

function asideLine(line, now) {
  const item = make('li');
  item.append(
    make('time', '', momentOf(line.at, now)),
    make('span', '', line.unit + ' · ' + own(line.why)),
    make('small', '', line.detail),
  );
  return item;
}

function showNews(picture) {
  const latest = String(picture.news.length && picture.news[0].sequence);
  if (latest === newsShown) return;
  newsShown = latest;
  const ratings = picture.news.filter((line) => line.kind === 'Rated').slice(0, RATINGS_SHOWN);
  fill(document.getElementById('ratings'), ratings.map(newsLine));
  document.getElementById('no-ratings').hidden = ratings.length > 0 || picture.today.rated > 0;
  fill(document.getElementById('news'), picture.news.slice(0, NEWS_SHOWN).map(newsLine));
}

function newsLine(line) {
  const item = make('li');
  item.dataset.kind = line.kind;
  item.append(make('time', '', timeOf(line.at)), make('span', '', own(line.text)));
  if (line.why) item.append(make('small', '', own(line.why)));
  return item;
}

