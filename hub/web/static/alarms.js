// What needs somebody: seen here, heard, and acknowledged, by whoever comes first.

import { ask } from './ask.js';
import { ring } from './bell.js';
import { lasting, make, own, page, put, refill, say, since, timeOf } from './live.js';

const SILENT_AFTER_S = 10;
const GROUP_FROM = 4;

const list = document.getElementById('alarms');
const icon = document.querySelector('link[rel="icon"]');
const title = document.title;

let shown = '';
let saidFor = new Set();
let silentSince = null;
let silentSeen = false;

export function showAlarms(picture, live, rings) {
  const now = live.now();
  const alarms = grouped([...silence(live), ...picture.alarms]);
  const wanted = JSON.stringify(alarms);
  if (wanted !== shown) {
    shown = wanted;
    refill(list, alarms.map(row));
    announce(alarms);
  }
  alarms.forEach((alarm, index) => {
    put(list.children[index], 'age', say('for', { age: lasting(since(alarm.since, now)) }));
  });
  const unseen = alarms.filter((alarm) => !alarm.seen_at);
  mark(unseen.length, alarms.length);
  if (rings) ring(unseen);
}

// Many of a kind are one row: when the network fails, every counter is cut off at once.
function grouped(alarms) {
  const kinds = new Map();
  for (const alarm of alarms) {
    const kind = alarm.kind + Boolean(alarm.seen_at);
    kinds.set(kind, [...(kinds.get(kind) || []), { ...alarm, ids: [alarm.id] }]);
  }
  return [...kinds.values()].flatMap((alike) => (alike.length < GROUP_FROM ? alike : [together(alike)]));
}

function together(alike) {
  const latest = alike.reduce((one, other) => (Date.parse(other.since) > Date.parse(one.since) ? other : one));
  const text = say('alarm_group', { count: alike.length, first: own(alike[0].text) });
  const all = alike.map((alarm) => own(alarm.text)).join(say('and_more'));
  return {
    ...latest, ids: alike.map((alarm) => alarm.id), text: { zh: text, en: text }, why: latest.why, all,
  };
}

// That nothing is heard from the hub is an alarm that only this page can raise.
function silence(live) {
  const age = live.age();
  if (age === null || age <= SILENT_AFTER_S) {
    silentSince = null;
    silentSeen = false;
    return [];
  }
  silentSince = silentSince || new Date(live.now() - age * 1000).toISOString();
  const words = { zh: say('alarm_silent'), en: say('alarm_silent') };
  const why = { zh: say('alarm_silent_why'), en: say('alarm_silent_why') };
  return [{
    id: 'silent', kind: 'silent', urgent: true, since: silentSince, text: words, why,
    seen_at: silentSeen ? silentSince : null, seen_by: '',
  }];
}

function row(alarm) {
  const item = make('li');
  item.dataset.alarm = alarm.kind;
  item.dataset.urgent = alarm.urgent;
  item.dataset.seen = Boolean(alarm.seen_at);
  const sign = make('span', 'alarm-sign', alarm.seen_at ? '✓' : alarm.urgent ? '‼' : '!');
  sign.setAttribute('aria-hidden', 'true');
  const text = make('p', 'alarm-text');
  const age = make('span', 'quiet');
  age.dataset.slot = 'age';
  text.append(make('strong', '', own(alarm.text)), age);
  if (alarm.why) text.append(make('small', '', own(alarm.why)));
  if (alarm.all) {
    const all = make('details');
    all.append(make('summary', '', say('alarm_all')), make('small', '', alarm.all));
    text.append(all);
  }
  item.append(sign, text);
  if (alarm.seen_at) {
    if (alarm.seen_by) text.append(make('small', 'quiet', say('alarm_seen_by', { name: alarm.seen_by, time: timeOf(alarm.seen_at) })));
  } else if (page.operate) item.append(button(alarm));
  return item;
}

function button(alarm) {
  const made = make('button', 'act slim', say('alarm_see'));
  made.type = 'button';
  made.id = 'see-' + alarm.id;
  made.setAttribute('aria-label', say('alarm_see') + ': ' + own(alarm.text));
  made.addEventListener('click', () => {
    if (alarm.kind === 'silent') silentSeen = true;
    else ask('/api/alarms/seen', { alarms: alarm.ids, since: alarm.since }, say('alarm_seen', { text: own(alarm.text) }));
  });
  return made;
}

// Said once to who listens to the page: a new alarm, not the same again with each change.
function announce(alarms) {
  const place = document.getElementById('alarms-said');
  const fresh = alarms.filter((alarm) => !alarm.seen_at && !saidFor.has(alarm.id + alarm.since));
  saidFor = new Set(alarms.map((alarm) => alarm.id + alarm.since));
  if (place && fresh.length) place.textContent = fresh.map((alarm) => own(alarm.text)).join('. ');
}

function mark(unseen, all) {
  const wanted = (unseen ? `(${unseen}) ⚠ ` : '') + title;
  if (document.title !== wanted) document.title = wanted;
  const drawn = unseen ? '/static/mark_alarm.svg' : '/static/mark.svg';
  if (icon && icon.getAttribute('href') !== drawn) icon.setAttribute('href', drawn);
  const count = document.getElementById('alarms-count');
  if (!count) return;
  count.textContent = unseen || '';
  count.hidden = !unseen;
  document.getElementById('no-alarms').hidden = all > 0;
}
