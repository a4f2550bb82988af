// The last hours of a line: bars for how many waited, a line for the longest wait.

import { lasting, say } from './live.js';

const SVG = 'http://www.w3.org/2000/svg';
const SLOTS = 48;
const HEIGHT = 24;
const BAR = 2;

export function showStrip(place, service, strips) {
  const samples = (strips.lines[service.id] || []).slice(-SLOTS);
  const wanted = JSON.stringify([strips.last, samples.length]);
  if (place.dataset.shown === wanted) return;
  place.dataset.shown = wanted;
  place.replaceChildren(...(samples.length ? [drawing(samples, service, strips)] : []));
}

function drawing(samples, service, strips) {
  const most = Math.max(4, ...samples.map((sample) => sample[0]));
  const longest = Math.max(...samples.map((sample) => sample[1]));
  const scale = Math.max(1.5 * service.target_s, longest);
  const first = SLOTS - samples.length;
  const svg = element('svg', { viewBox: `0 0 ${SLOTS * BAR} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' });
  const words = say('strip', {
    span: lasting(samples.length * strips.slot_s),
    most: Math.max(...samples.map((sample) => sample[0])),
    now: samples[samples.length - 1][0],
    longest: lasting(longest),
  });
  const bars = samples.map((sample, index) => {
    const height = (sample[0] / most) * HEIGHT;
    return height ? `M${(first + index) * BAR} ${HEIGHT}v${-height.toFixed(1)}h1.6v${height.toFixed(1)}z` : '';
  }).join('');
  const waits = samples.map((sample, index) => {
    const x = (first + index) * BAR + BAR / 2;
    return `${x},${(HEIGHT - (sample[1] / scale) * HEIGHT).toFixed(1)}`;
  }).join(' ');
  const target = (HEIGHT - (service.target_s / scale) * HEIGHT).toFixed(1);
  svg.append(
    Object.assign(element('title', {}), { textContent: words }),
    element('path', { d: bars || 'M0 0', class: 'strip-bars' }),
    element('path', { d: `M0 ${target}H${SLOTS * BAR}`, class: 'strip-target' }),
    element('polyline', { points: waits, class: 'strip-wait' }),
  );
  return svg;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
