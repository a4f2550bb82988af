// The floor plan: every counter at its place, with its heat, its state and its ticket.

import { lasting, numberOf, own, put, say, since, timeOf } from './live.js';

const SIGNS = { hot: '▲', slow: '◆', cold: '▼' };
const LONG = 7;
const SHORT = 3;

// A drawing is never smaller than can be read: its box scrolls before that.
export function readable() {
  const ground = document.getElementById('ground');
  ground.style.setProperty('--least', ground.dataset.least + 'px');
  ground.style.setProperty('--least-high', ground.dataset.leastHigh + 'px');
}

// Nothing else tells on a phone, which shows no scroll bars, that there is more of the plan.
export function tellMore() {
  const hint = document.getElementById('ground-more');
  const box = document.querySelector('.ground-box');
  const judge = () => {
    hint.hidden = true; // it takes room itself
    const fits = box.scrollWidth <= box.clientWidth + 1 && box.scrollHeight <= box.clientHeight + 1;
    hint.hidden = fits;
  };
  new ResizeObserver(judge).observe(box);
  judge();
}

// A click, Enter or the space bar opens a counter as its tile does.
export function selectable() {
  for (const spot of document.querySelectorAll('.spot')) {
    const tile = document.querySelector(`.tile[data-counter="${spot.dataset.spot}"] [data-more]`);
    const hit = spot.querySelector('.spot-hit');
    hit.addEventListener('click', () => tile.click());
    hit.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      tile.click();
    });
  }
}

export function showFloor(picture, now) {
  for (const counter of picture.counters) {
    const spot = document.querySelector(`[data-spot="${counter.id}"]`);
    if (spot) showSpot(spot, counter, picture, now);
  }
  for (const unit of picture.units) {
    const post = document.querySelector(`[data-post="${unit.id}"]`);
    if (post) showPost(post, unit, now);
  }
}

// Its line is hot, or it is slow or idle itself: the first of these.
export function heatOf(counter) {
  const kinds = counter.flags.map((flag) => flag.kind);
  if (counter.hottest) return 'hot';
  return ['hot', 'slow', 'cold'].find((kind) => kinds.includes(kind)) || '';
}

function showSpot(spot, counter, picture, now) {
  const heat = heatOf(counter);
  const apart = Boolean(counter.unit && !counter.unit.heard && counter.unit.lost_since && counter.state !== 'closed');
  const line = counter.hottest && picture.services.find((service) => service.id === counter.hottest.target);
  const state = apart ? '⚠ ' + say('spot_apart') : say('state_' + counter.state);
  const ticket = counter.ticket ? numberOf(counter.ticket.number) : '';
  const waits = say('spot_waits', { count: counter.waiting });
  const word = heat && say('heat_' + heat);
  spot.dataset.state = counter.state;
  spot.dataset.heat = heat;
  spot.dataset.apart = apart;
  spot.dataset.long = ticket.length > LONG;
  document.querySelector(`[data-glow="${counter.id}"]`).dataset.heat = heat;
  // A long number leaves room for the sign alone; its meaning is in the legend.
  put(spot, 'spot_state', apart && counter.number.length > SHORT ? '⚠' : state);
  put(spot, 'spot_ticket', ticket || say('none'));
  put(spot, 'spot_waits', counter.state === 'closed' ? '' : waits);
  put(spot, 'spot_heat', heat && SIGNS[heat] + ' ' + word + (line ? ' · ' + line.prefix : ''));
  const said = [say('spot_counter', { number: counter.number }), state, ticket, waits];
  if (heat) said.push(word + (line ? ': ' + own(line.name) : ''));
  if (apart) said.push(say('unit_alone', { time: timeOf(counter.unit.lost_since), age: lasting(since(counter.unit.lost_since, now)) }));
  call(spot.querySelector('.spot-hit'), said);
}

// A board or a kiosk: there, failing, or not heard.
function showPost(post, unit, now) {
  const lost = unit.lost_since;
  const state = unit.heard ? unit.faults.length ? 'faulty' : 'heard' : lost ? 'lost' : 'unheard';
  post.dataset.unit = state;
  put(post, 'post_state', { heard: '●', faulty: '×', lost: '■', unheard: '○' }[state]);
  const words = state === 'lost'
    ? say('unit_lost', { time: timeOf(lost), age: lasting(since(lost, now)) }) : say('unit_' + state);
  call(post, [say('unit_' + unit.role, { number: unit.number, unit: unit.id }), words]);
}

function call(element, said) {
  const wanted = said.filter(Boolean).join(say('and_more'));
  if (element.getAttribute('aria-label') === wanted) return;
  element.setAttribute('aria-label', wanted);
  (element.querySelector('title') || element.parentElement.querySelector('title')).textContent = wanted;
}
