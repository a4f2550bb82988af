// The wall screen: looks on for weeks, asks nothing, and begins anew each night.

import { showAlarms } from './alarms.js';
import { showFigures, showHall } from './figures.js';
import { showLines } from './lines.js';
import { Live, clockOf } from './live.js';
import { showTiles } from './tiles.js';

const ANEW_AT = '04';
const ANEW_AFTER_MS = 6 * 3600 * 1000;

const live = new Live('', '/healthz', show);
live.start();

function show(picture) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  showLines(picture, now);
  showTiles(picture, now);
  showAlarms(picture, live, false);
  beginAnew(picture, now);
}

// Only while the hub is there: a page that cannot be loaded has nobody to try again.
function beginAnew(picture, now) {
  const night = clockOf(now, picture.hall.time_zone).slice(0, 2) === ANEW_AT;
  if (night && performance.now() > ANEW_AFTER_MS && live.fresh()) location.reload();
}
