// The operator's floor plan.

import { showAlarms } from './alarms.js';
import { audible, makeSwitch } from './bell.js';
import { leaveEars, tookEars } from './ears.js';
import { showFigures, showHall } from './figures.js';
import { readable, selectable, showFloor, tellMore } from './floor_plan.js';
import { Live, showAlerts } from './live.js';
import { openable, showTiles } from './tiles.js';

// What is an alarm is listed as one.
const LISTED = ['storage', 'broker_down', 'quarantined', 'restored'];

readable();
tellMore();
makeSwitch(document.getElementById('sound'));
openable();
selectable();

new Live('', '/healthz', show, () => audible() && tookEars()).start();

function show(picture, live) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  showFloor(picture, now);
  showTiles(picture, now);
  showAlarms(picture, live, audible() && tookEars());
  showAlerts(picture.warnings.filter((warning) => !LISTED.includes(warning.code)));
}

window.addEventListener('pagehide', leaveEars);
