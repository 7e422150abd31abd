// Whatever goes wrong in a script is written on the page, so that a reader (and a test) sees it.
(function () {
  'use strict';
  function note(text) {
    var root = document.documentElement;
    root.setAttribute('data-errors', (root.getAttribute('data-errors') || '') + text + '\n');
  }
  window.addEventListener('error', function (event) { note(event.message || 'a resource did not load'); }, true);
  window.addEventListener('unhandledrejection', function (event) { note(String(event.reason)); });
  ['error', 'warn'].forEach(function (level) {
    var original = console[level];
    console[level] = function () {
      note(Array.prototype.join.call(arguments, ' '));
      original.apply(console, arguments);
    };
  });
  window.unrecur = {};
})();
