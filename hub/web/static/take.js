// The page that gives out numbers. Its form needs no script.

import { Live, page, put, say, waiting } from './live.js';
import './sent.js';

const KIOSK_WAITS_MS = 60000;

new Live('?only=lines', '/healthz', show).start();

function show(picture) {
  for (const service of picture.services) {
    const place = document.querySelector(`[data-service="${service.id}"]`);
    put(place, 'ahead', say('ahead', { count: service.waiting }));
    const known = service.wait_s || !service.open_counters;
    put(place, 'wait', known ? waiting(service.wait_s, service.open_counters) : '');
    place.querySelector('button').disabled = !picture.hall.open;
  }
  document.getElementById('closed').hidden = picture.hall.open;
}

// A kiosk that nobody touches any more begins again: the next person is somebody else.
if (page.kiosk) {
  let timer = setTimeout(begin, KIOSK_WAITS_MS);
  for (const kind of ['pointerdown', 'keydown', 'input']) {
    document.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(begin, KIOSK_WAITS_MS);
    });
  }
}

function begin() {
  document.getElementById('take').reset();
  for (const more of document.querySelectorAll('details[open]')) more.open = false;
  window.scrollTo(0, 0);
  const fresh = page.lang === 'zh' && !document.querySelector('[role="alert"]');
  if (!fresh) window.whenReached(() => location.replace('/take?kiosk=1&lang=zh'));
}
