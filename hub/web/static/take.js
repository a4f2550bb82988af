// The page that gives out numbers. Its form needs no script.

import { Live, put, say, waiting } from './live.js';

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

// A second tap while the first is on its way would only make the citizen wait longer.
document.addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
});
