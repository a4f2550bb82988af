// The operator's page.

import './hasty.js';
import { showAdvice } from './advice.js';
import { showAlarms } from './alarms.js';
import { showAlone } from './alone.js';
import { showApart } from './apart.js';
import { audible, makeSwitch } from './bell.js';
import { leaveEars, tookEars } from './ears.js';
import { showAside, showLevels, showNews } from './feed.js';
import { showFigures, showHall } from './figures.js';
import { showLines } from './lines.js';
import { Live, page, showAlerts } from './live.js';
import { showNotice } from './notice.js';
import { showRestored } from './restored.js';
import { openable, showTiles, showUnits } from './tiles.js';

// What is an alarm is listed there, with who has seen it.
const LISTED = ['storage', 'broker_down', 'quarantined', 'restored'];

if (!page.operate) for (const act of document.querySelectorAll('[data-operate]')) act.hidden = true;
makeSwitch(document.getElementById('sound'));
openable();

// Hidden, the page listens on only if it is the one of this browser that rings.
new Live('', '/healthz', show, () => audible() && tookEars()).start();

function show(picture, live) {
  const now = live.now();
  showHall(picture, now);
  showFigures(picture, now);
  showLines(picture, now);
  showTiles(picture, now);
  showLevels(picture);
  showAlarms(picture, live, audible() && tookEars());
  showAdvice(picture.advice, picture.answered, now);
  showNotice(picture);
  showRestored(picture.restored);
  showAlone(picture.alone, picture.now);
  showApart(picture, now);
  showUnits(picture.units, now);
  showAside(picture);
  showNews(picture);
  showAlerts(picture.warnings.filter((warning) => !LISTED.includes(warning.code)));
}

window.addEventListener('pagehide', leaveEars);
