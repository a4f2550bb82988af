// One live stream: keeps a picture up to date, and never lets it pass for younger than it is.

import { keepsStream, leaveStream } from './streams.js';

const OLD_AFTER_S = 3;
const DEAD_AFTER_S = 8;
const RETRY_MS = 2000;
const LOOK_MS = 1500;
const TICK_MS = 500;
const NEWS_KEPT = 40;

export const page = JSON.parse(document.getElementById('page').textContent);

export class Live {
  // `follow` is the query of the stream, `show` is called with the picture after each change
  // and on each tick, `gone` when what is followed is no longer there.
  // `listens` says whether the page goes on listening while it is hidden.
  constructor(follow, probe, show, listens = () => false) {
    this.listens = listens;
    this.probe = probe;
    this.address = '/api/events' + follow;
    this.show = show;
    this.picture = page.picture;
    this.plan = page.picture.plan;
    this.heardAt = null;
    this.source = null;
    this.base = { wall: Date.parse(this.picture.now), at: performance.now() };
  }

  start() {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.resume(); else if (!this.listens()) this.stop();
    });
    window.addEventListener('pagehide', leaveStream);
    setInterval(() => this.tick(), TICK_MS);
    if (!document.hidden) this.connect();
    this.tick();
  }

  // The hall's time in milliseconds, going on from the last that was heard.
  now() {
    return this.base.wall + (performance.now() - this.base.at) * this.picture.speed;
  }

  // Seconds since something was heard; null while nothing has been.
  age() {
    return this.heardAt === null ? null : (performance.now() - this.heardAt) / 1000;
  }

  fresh() {
    const age = this.age();
    return age !== null && age <= OLD_AFTER_S;
  }

  stop() {
    if (this.source) this.source.close();
    this.source = null;
    leaveStream();
    clearTimeout(this.retry);
  }

  // A stream that went on while nobody looked is kept if it is still heard.
  resume() {
    if (this.source === null || !this.fresh()) this.connect();
    else this.tick();
  }

  connect() {
    this.stop();
    this.openedAt = performance.now();
    this.source = new EventSource(this.address);
    this.source.addEventListener('snapshot', (event) => this.hear(event, () => this.replace(event)));
    this.source.addEventListener('change', (event) => this.hear(event, () => this.merge(event)));
    this.source.addEventListener('heartbeat', (event) => this.hear(event, () => this.merge(event)));
    this.source.onerror = () => {
      if (this.source && this.source.readyState === EventSource.CLOSED) this.refused();
    };
  }

  // A stream that is refused may have ended for good: the page itself then says why.
  refused() {
    this.stop();
    this.retry = setTimeout(() => this.connect(), RETRY_MS);
    for (const address of [this.probe, this.address]) {
      const enough = new AbortController();
      fetch(address, { cache: 'no-store', signal: enough.signal }).then(
        (answer) => {
          enough.abort();
          if ([401, 403, 404].includes(answer.status)) location.reload();
        },
        () => { /* no network: the retry above goes on */ },
      );
    }
  }

  hear(event, take) {
    this.heardAt = performance.now();
    take();
    if (this.picture.plan !== this.plan) location.reload(); // names, keys, counters: all may differ
    this.base = { wall: Date.parse(this.picture.now), at: this.heardAt };
    this.tick();
    if (this.source && !keepsStream()) this.lookAgain();
  }

  // Other pages of this browser keep as many streams as it can have.
  lookAgain() {
    this.stop();
    this.retry = setTimeout(() => this.connect(), LOOK_MS);
  }

  replace(event) {
    const picture = JSON.parse(event.data);
    const changed = ['services', 'counters'].some((name) => names(picture[name]) !== names(this.picture[name]));
    if (changed) location.reload();
    this.picture = picture;
  }

  merge(event) {
    for (const [name, value] of Object.entries(JSON.parse(event.data))) {
      if (name === 'services' || name === 'counters') {
        const news = new Map(value.map((item) => [item.id, item]));
        this.picture[name] = this.picture[name].map((item) => news.get(item.id) || item);
      } else if (name === 'news') {
        this.picture.news = value.concat(this.picture.news).slice(0, NEWS_KEPT);
      } else {
        this.picture[name] = value;
      }
    }
  }

  tick() {
    const age = this.age();
    const silence = (performance.now() - Math.max(this.heardAt || 0, this.openedAt || 0)) / 1000;
    if (this.source && silence > DEAD_AFTER_S) this.connect();
    badge(age);
    this.show(this.picture, this);
  }
}

function names(items) {
  return (items || []).map((item) => item.id).join(' ');
}

function badge(age) {
  const element = document.getElementById('live');
  const state = age === null ? 'connecting' : age > OLD_AFTER_S ? 'old' : 'live';
  element.dataset.live = state;
  document.body.dataset.live = state;
  put(element, 'live', state === 'old' ? say('old', { age: lasting(age) }) : say(state));
}

// --- words --------------------------------------------------------------------------------

export function say(name, values) {
  return page.texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

export function own(text) {
  return text ? text[page.lang] : '';
}

// Who was served without a number: on a label, and in a sentence.
export function numberOf(number) {
  return number || say('no_number');
}

export function whoHas(number) {
  return number || say('without_number');
}

export function lasting(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return say('seconds', { n: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return say('minutes', { n: minutes });
  return say('hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
}

// A wait rounded outward to whole minutes, so that nobody is promised too much.
export function waiting(range, open) {
  if (!open) return say('no_counter');
  if (!range) return say('no_forecast');
  const low = Math.floor(range.p10 / 60);
  const high = Math.ceil(range.p90 / 60);
  if (high === 0) return say('no_wait');
  return low === 0 ? say('within_minutes', { high }) : say('range_minutes', { low, high });
}

// Wall times come in the hall's own zone, whatever the browser's is.
export function since(text, now) {
  return text ? Math.max(0, (now - Date.parse(text)) / 1000) : 0;
}

// Minutes and seconds, to be set against a target of a few minutes.
export function exactly(seconds) {
  const whole = Math.floor(seconds);
  if (whole >= 3600) return lasting(whole);
  return Math.floor(whole / 60) + ':' + String(whole % 60).padStart(2, '0');
}

export function timeOf(text) {
  return text.slice(11, 16);
}

export function momentOf(text, now) {
  return text.slice(0, 10) === now.slice(0, 10) ? timeOf(text) : text.slice(5, 10) + ' ' + timeOf(text);
}

export function clockOf(milliseconds, zone) {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
  }).format(milliseconds);
}

// --- elements -----------------------------------------------------------------------------

export function put(root, slot, text) {
  for (const element of root.querySelectorAll(`[data-slot="${slot}"]`)) {
    const wanted = text === null || text === undefined ? '' : String(text);
    if (element.textContent !== wanted) element.textContent = wanted;
  }
}

export function reveal(root, slot, there) {
  for (const element of root.querySelectorAll(`[data-slot="${slot}"]`)) element.hidden = !there;
}

export function make(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  if (text !== undefined) element.textContent = text;
  return element;
}

export function fill(list, items) {
  list.replaceChildren(...items);
}

// The same for rows with buttons: who has the keyboard on one keeps it, if it is still there.
export function refill(list, items) {
  const held = document.activeElement && document.activeElement.id;
  fill(list, items);
  if (held && list.querySelector('#' + CSS.escape(held))) document.getElementById(held).focus();
}

export function showAlerts(warnings) {
  const list = document.getElementById('alerts');
  const wanted = warnings.map((warning) => own(warning.text)).join('\n');
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  list.hidden = warnings.length === 0;
  fill(list, warnings.map((warning) => make('li', '', own(warning.text))));
}
