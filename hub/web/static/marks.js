// Flags, each with its age and its reason.

import { fill, lasting, make, own, put, say, since } from './live.js';

// Flags of a line or counter; of a counter's lines the hottest.
export function showMarks(element, flags, now, hottest, services) {
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
