// The wall screen: looks on for weeks, asks nothing, and begins anew each night.

import { showAlarms } from './alarms.js';
import { showFigures, showHall } from './figures.js';
import { showLines } from './lines.js';
import { Live } from './live.js';
import { beginAnew } from './nights.js';
import { showTiles } from './tiles.js';

const live = new Live('', '/healthz', show);
live.start();

function show(picture) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  showLines(picture, now);
  showTiles(picture, now);
  showAlarms(picture, live, false);
  beginAnew(picture, live);
}
