// The floor plan on the wall: looks on for weeks, asks nothing, and begins anew each night.

import { showAlarms } from './alarms.js';
import { showFigures, showHall } from './figures.js';
import { showFloor } from './floor_plan.js';
import { Live } from './live.js';
import { beginAnew } from './nights.js';

const live = new Live('', '/healthz', show);
live.start();

function show(picture) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  showFloor(picture, now);
  showAlarms(picture, live, false);
  beginAnew(picture, live);
}
