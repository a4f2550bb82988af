// The hall in a few figures.

import { clockOf, exactly, momentOf, own, put, say, since, waiting } from './live.js';

const CONTENT = ['very_satisfied', 'satisfied', 'fairly_satisfied'];

export function showHall(picture, now) {
  const hall = picture.hall;
  const chip = document.getElementById('hall-open');
  chip.dataset.open = hall.open;
  chip.textContent = hall.open ? say('open')
    : hall.opens_at ? say('opens_at', { time: momentOf(hall.opens_at, picture.now) }) : say('closed');
  document.getElementById('clock').textContent = clockOf(now, hall.time_zone);
}

export function showFigures(picture, now) {
  const figures = document.querySelector('.figures');
  showWaits(figures, picture, now);
  showCounters(figures, picture.counters);
  showRatings(figures, picture.today);
}

function showWaits(figures, picture, now) {
  const { services, counters, today } = picture;
  const oldest = services.filter((service) => service.oldest_at)
    .sort((one, other) => Date.parse(one.oldest_at) - Date.parse(other.oldest_at))[0];
  put(figures, 'waiting', services.reduce((sum, service) => sum + service.waiting, 0));
  const apart = counters.reduce((sum, counter) => sum + counter.kept_apart.length, 0);
  const taken = say('taken', { count: today.issued });
  put(figures, 'waiting_note', apart ? taken + ' · ' + say('apart_also', { count: apart }) : taken);
  put(figures, 'longest', oldest ? exactly(since(oldest.oldest_at, now)) : say('none'));
  put(figures, 'longest_note', oldest ? own(oldest.name) : say('nobody_waits'));
  const late = oldest && since(oldest.oldest_at, now) > oldest.target_s;
  figures.querySelector('[data-figure="longest"]').dataset.late = Boolean(late);
  showExpected(figures, services);
}

// Of all lines the one in which a new number would wait longest, and the one with the least.
function showExpected(figures, services) {
  const told = services.filter((service) => service.wait_s && service.open_counters)
    .sort((one, other) => other.wait_s.p50 - one.wait_s.p50);
  const most = told[0];
  const least = told[told.length - 1];
  put(figures, 'expected', most ? waiting(most.wait_s, true) : say('no_forecast'));
  put(figures, 'expected_note', !most ? say('no_forecast_yet') : most === least ? own(most.name)
    : say('expected_note', { most: own(most.name), least: own(least.name), wait: waiting(least.wait_s, true) }));
}

function showCounters(figures, counters) {
  const of = (state) => counters.filter((counter) => counter.state === state).length;
  const open = counters.length - of('closed') - of('paused');
  put(figures, 'open', say('open_of', { open, all: counters.length }));
  const notes = [open ? say('free_counters', { count: of('idle') }) : say('none_open')];
  if (of('paused')) notes.push(say('paused_counters', { count: of('paused') }));
  put(figures, 'open_note', notes.join(' · '));
}

function showRatings(figures, today) {
  const ended = today.rated + today.unrated;
  const content = CONTENT.reduce((sum, level) => sum + (today.levels[level] || 0), 0);
  put(figures, 'served', today.served);
  put(figures, 'served_note', say('missed', { count: today.missed }));
  put(figures, 'rated', today.rated);
  const told = Object.values(today.levels).reduce((sum, count) => sum + count, 0);
  put(figures, 'rated_note', told ? say('content', { share: percent(content, told) }) : '');
  put(figures, 'unrated', ended ? percent(today.unrated, ended) : say('none'));
  put(figures, 'unrated_note', ended ? say('unrated_of', { count: today.unrated, all: ended }) : '');
}

function percent(part, whole) {
  return Math.round((100 * part) / whole) + '%';
}
