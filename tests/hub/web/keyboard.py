"""What a person without a mouse finds on a page: where Tab leads, and whether it is seen there."""

from __future__ import annotations

from playwright.sync_api import Page

MOST = 400
"""No page has more places than this; who is still going then goes in a circle."""


def watch(page: Page) -> None:
    """Note on every page of this one which places are stopped at and what listens for clicks."""
    page.add_init_script(_WATCH)


def wrong(page: Page) -> list[str]:
    """Go through a page with Tab from its top to its end; what somebody would stumble over."""
    stops_at_least = page.evaluate("() => window.begin()")
    for _ in range(stops_at_least):
        page.keyboard.press("Tab")
    for _ in range(MOST - stops_at_least):
        if page.evaluate("() => window.over()"):
            break
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate("() => window.wrong()")
    return found


def stops(page: Page) -> list[str]:
    """The places that were stopped at, in order."""
    found: list[str] = page.evaluate("() => window.stops()")
    return found


def focused(page: Page) -> str:
    """What has the keyboard now."""
    found: str = page.evaluate("() => window.named(document.activeElement)")
    return found


def go_to(page: Page, name: str) -> None:
    """Press Tab until what has this in its name has the keyboard. It has to come."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if name in focused(page):
            return
    raise AssertionError(f"no Tab leads to {name}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Go to something and press a key there."""
    go_to(page, name)
    page.keyboard.press(key)


_WATCH = r"""
(() => {
  const clickable = new Set();
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...more) {
    const pressed = ['click', 'pointerdown', 'mousedown'].includes(kind);
    if (this instanceof Element && pressed) clickable.add(this);
    return listen.call(this, kind, ...more);
  };
  const ACTS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, '
    + '[contenteditable], [tabindex], [role=button], [role=link], [onclick]';
  const LOOKS = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderColor',
    'backgroundColor', 'textDecorationLine'];
  const looksOf = (element) => {
    const style = getComputedStyle(element);
    return LOOKS.map((name) => style[name]);
  };
  // How far an outline stands out from what it is drawn on, as the guidelines reckon it.
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const colour = getComputedStyle(box).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const standsOut = (element, colour) => {
    const [more, less] = [light(colour), light(ground(element))].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05) >= 3;
  };
  const seen = (element) => element.getClientRects().length > 0
    && getComputedStyle(element).visibility === 'visible'
    && !element.closest('details:not([open]) > :not(summary)');
  const there = (element) => seen(element) && !element.disabled
    && !element.closest('dialog:not([open])')
    && !element.matches('[tabindex="-1"]:not(a):not(button):not(input)');
  const plainly = (text) => (text || '').trim().replace(/\s+/g, ' ').slice(0, 30);
  window.named = (element) => !element || element === document.body ? 'nothing'
    : [element.tagName.toLowerCase(), element.id && '#' + element.id,
      element.name && '@' + element.name,
      plainly(element.getAttribute('aria-label') || element.textContent),
    ].filter(Boolean).join(' ');

  // Only one of a row of choices has a stop; what leads where something beside it leads needs none.
  const stop = (element) => element.type === 'radio' && element.name
    ? [...(element.form || document).querySelectorAll('input[type=radio]')].find((other) =>
        other.name === element.name && walk.has(other)) : element;
  const same = (element) => element.tabIndex < 0 && element.href
    && [...walk.keys()].some((other) => other.href === element.href);

  const marked = (element, before, looks) => {
    const drawn = looks[0] !== 'none' && before[0] === 'none' && parseFloat(looks[1]) >= 2;
    return drawn ? standsOut(element, looks[2]) : looks.slice(3).join() !== before.slice(3).join();
  };

  let walk = new Map();
  let plain = new Map();
  let again = false;
  let problems = [];
  document.addEventListener('focusin', (event) => {
    const element = event.target;
    if (walk.has(element)) again = true;
    else walk.set(element, looksOf(element));
  }, true);
  window.begin = () => {
    if (document.activeElement) document.activeElement.blur();
    walk = new Map(); plain = new Map(); again = false; problems = [];
    for (const element of document.querySelectorAll('*')) plain.set(element, looksOf(element));
    getSelection().collapse(document.body, 0);
    return [...document.querySelectorAll(ACTS)].filter(there).length + 1;
  };
  // The end of the page: the keyboard has left it, or begins anew.
  window.over = () => again || !document.hasFocus() || document.activeElement === document.body;
  window.stops = () => [...walk.keys()].map(window.named);
  window.wrong = () => {
    const say = (what, element) => problems.push(what + ': ' + window.named(element));
    for (const element of [...document.querySelectorAll(ACTS)].filter(there)) {
      if (!walk.has(stop(element)) && !same(element)) say('not reached', element);
    }
    for (const element of clickable) {
      const mute = element.isConnected && seen(element) && !element.closest(ACTS);
      if (mute) say('for a mouse alone', element);
    }
    for (const element of document.querySelectorAll('body *')) {
      const hand = getComputedStyle(element).cursor === 'pointer';
      const acts = element.closest(ACTS + ', label');
      if (hand && seen(element) && !acts) say('looks as if it did something', element);
    }
    for (const [element, looks] of walk) {
      if (!seen(element)) say('stopped at what nobody sees', element);
      const before = plain.get(element);
      if (before && !marked(element, before, looks)) say('not seen to be chosen', element);
    }
    return problems;
  };
})();
"""
