// The lines: who waits, for how long, what a new number has to expect, and the last hours.

import { exactly, own, put, say, since, waiting } from './live.js';
import { showMarks } from './marks.js';
import { showStrip } from './strips.js';

const QUIET_BELOW = 0.4;
const BUSY_ABOVE = 0.8;

export function showLines(picture, now) {
  for (const service of picture.services) {
    const element = document.querySelector(`[data-service="${service.id}"]`);
    showLine(element, service, now);
    showStrip(element.querySelector('[data-strip]'), service, picture.strips);
  }
}

function showLine(element, service, now) {
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

function loadOf(service, part) {
  if (service.waiting && !service.open_counters) return 'stuck';
  if (part >= 1) return 'over';
  // A line is hot for the wait that is to be expected, which nobody may have had yet.
  if (part >= BUSY_ABOVE || service.flags.some((flag) => flag.kind === 'hot')) return 'busy';
  return part < QUIET_BELOW ? 'quiet' : 'steady';
}
