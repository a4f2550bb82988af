// A browser opens six connections to a hub, for all its pages together, and a stream keeps one.
// So many pages of it at most keep theirs, or no button of any page would work any more; the
// others look in for a moment again and again. Who keeps one says so each time it hears something.

const KEY = 'nextwindow.stream.';
const MOST = 4;
const LASTS_MS = 8000;

const mine = KEY + String(performance.timeOrigin) + String(Math.random());

// Whether this page may keep its stream open; it is then counted.
export function keepsStream() {
  try {
    if (others() >= MOST) {
      leaveStream();
      return false;
    }
    localStorage.setItem(mine, String(Date.now()));
  } catch (error) { /* a browser that keeps nothing cannot be asked: it is taken at its best */ }
  return true;
}

export function leaveStream() {
  try {
    localStorage.removeItem(mine);
  } catch (error) { /* it lapses */ }
}

function others() {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(KEY) && key !== mine);
  const lapsed = (key) => Math.abs(Date.now() - Number(localStorage.getItem(key))) > LASTS_MS;
  for (const key of keys.filter(lapsed)) localStorage.removeItem(key);
  return keys.filter((key) => localStorage.getItem(key) !== null).length;
}
