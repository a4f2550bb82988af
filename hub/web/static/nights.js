// A page that looks on for weeks begins anew each night.

import { clockOf } from './live.js';

const ANEW_AT = '04';
const ANEW_AFTER_MS = 6 * 3600 * 1000;

// Only while the hub is there: a page that cannot be loaded has nobody to try again.
export function beginAnew(picture, live) {
  const night = clockOf(live.now(), picture.hall.time_zone).slice(0, 2) === ANEW_AT;
  if (night && performance.now() > ANEW_AFTER_MS && live.fresh()) location.reload();
}
