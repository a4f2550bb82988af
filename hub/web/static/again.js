// For browsers that are too old for the live pages: the page loads itself again.
setTimeout(function () { location.reload(); }, 10000);
