// No page is left for the browser's own error page, on which a kiosk would stand for ever and what
// was typed be lost: first the hub is asked whether it is there. Browsers that cannot ask just go.
(function () {
  var PATIENCE_MS = 4000;
  var RETRY_MS = 5000;
  var able = Boolean(window.fetch && window.AbortController && HTMLFormElement.prototype.requestSubmit);
  var reached = null;
  var asking = false;

  function ask(go, failed) {
    var enough = new AbortController();
    var timer = setTimeout(function () { enough.abort(); }, PATIENCE_MS);
    var answered = fetch('/healthz', { cache: 'no-store', signal: enough.signal });
    answered.then(function (answer) { return answer.text(); }).then(
      function () { clearTimeout(timer); go(); },
      function () { clearTimeout(timer); failed(); }
    );
  }

  // For what nobody waits at: goes on as soon as there is somewhere to go.
  window.whenReached = function (go) {
    if (!able) go();
    else ask(go, function () { setTimeout(function () { window.whenReached(go); }, RETRY_MS); });
  };

  if (!able) return;

  function sorry(place) {
    var said = document.getElementById('unreached') || document.createElement('p');
    said.id = 'unreached';
    said.className = 'notice bad';
    said.setAttribute('role', 'alert');
    said.textContent = document.body.getAttribute('data-unreached');
    place.parentElement.insertBefore(said, place);
    said.scrollIntoView({ block: 'nearest' });
  }

  function once(place, go) {
    if (asking) return;
    asking = true;
    ask(function () { asking = false; go(); }, function () { asking = false; sorry(place); });
  }

  // Before anybody else hears of it; the second time round it is everybody's.
  window.addEventListener('submit', function (event) {
    var form = event.target;
    if (form === reached || form.getAttribute('method') !== 'post') {
      reached = null;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    once(form, function () {
      reached = form;
      if (event.submitter) form.requestSubmit(event.submitter); else form.requestSubmit();
      reached = null;
    });
  }, true);

  // At a kiosk nobody can load a page again.
  window.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('.at-kiosk a[href]:not(.skip)');
    if (!link) return;
    event.preventDefault();
    once(link.closest('nav, p') || link, function () { location.assign(link.href); });
  }, true);
}());
