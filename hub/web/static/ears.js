// Of all pages of this browser one rings, and goes on listening while it is hidden.

const KEY = 'nextwindow.ears';
const LASTS_MS = 8000;

const me = String(performance.timeOrigin) + String(Math.random());

// Whether this page is the one: nobody is, or whoever was has not said so for a while.
export function tookEars() {
  try {
    const [who, at] = (localStorage.getItem(KEY) || ' 0').split(' ');
    if (who !== me && Date.now() - Number(at) < LASTS_MS) return false;
    localStorage.setItem(KEY, `${me} ${Date.now()}`);
    return true;
  } catch (error) {
    return true;
  }
}

export function leaveEars() {
  try {
    if ((localStorage.getItem(KEY) || '').startsWith(me)) localStorage.removeItem(KEY);
  } catch (error) { /* whoever comes next waits a moment */ }
}
