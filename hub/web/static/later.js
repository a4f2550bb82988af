// Goes on to another page after a while in which nobody has touched this one.
(function () {
  var place = document.querySelector('[data-later]');
  var timer = null;
  function wait() {
    clearTimeout(timer);
    timer = setTimeout(function () {
      window.whenReached(function () { location.replace(place.getAttribute('data-later')); });
    }, 1000 * Number(place.getAttribute('data-after')));
  }
  ['pointerdown', 'keydown', 'wheel'].forEach(function (kind) {
    document.addEventListener(kind, wait, { passive: true });
  });
  wait();
}());
