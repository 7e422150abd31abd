// Brings the page to life: formulas, charts, theme.
(function (unrecur) {
  'use strict';
  var widthInPrint = 660;
  var root = document.documentElement;

  var waiting = []; // work that is not on the first screen

  function setFormula(element) {
    katex.render(element.textContent, element,
      {displayMode: element.classList.contains('display'), throwOnError: false, strict: 'ignore'});
  }

  function isNear(element) { return element.getBoundingClientRect().top < 1.5 * window.innerHeight; }

  // What is near the top is done at once, the rest in the order of the page.
  function plan(elements, work) {
    Array.prototype.forEach.call(elements, function (element) {
      if (isNear(element)) work(element); else waiting.push(function () { work(element); });
    });
  }

  function drawCharts() {
    var data = document.getElementById('figures');
    if (!window.d3 || !data) return;
    var specs = JSON.parse(data.textContent);
    unrecur.charts = [];
    plan(document.querySelectorAll('.plot'), function (place) {
      unrecur.charts.push(new unrecur.Chart(place, specs[place.getAttribute('data-figure')]));
    });
  }

  // All that waits, now: before printing, and for whoever asks for a chart.
  unrecur.finish = function () {
    while (waiting.length) waiting.shift()();
    root.setAttribute('data-complete', 'true');
  };

  // A little at a time, so that the page answers meanwhile.
  function goOn() {
    var end = performance.now() + 30;
    while (waiting.length && performance.now() < end) waiting.shift()();
    if (waiting.length) setTimeout(goOn, 0); else unrecur.finish();
  }

  function redraw() { (unrecur.charts || []).forEach(function (chart) { chart.draw(); }); }

  // On paper, tables that are shown on demand are shown.
  function openTables() {
    Array.prototype.forEach.call(document.querySelectorAll('details.table:not([open])'), function (details) {
      details.open = true;
      details.setAttribute('data-opened', 'true');
    });
  }

  function closeTables() {
    Array.prototype.forEach.call(document.querySelectorAll('details[data-opened]'), function (details) {
      details.open = false;
      details.removeAttribute('data-opened');
    });
  }

  // Charts follow the width of their place, and have one fit for paper in print.
  function followWidth() {
    var width = window.innerWidth, timer = null;
    window.addEventListener('resize', function () {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      clearTimeout(timer);
      timer = setTimeout(redraw, 100);
    });
    window.addEventListener('beforeprint', function () {
      unrecur.printWidth = widthInPrint;
      unrecur.finish();
      openTables();
      redraw();
    });
    window.addEventListener('afterprint', function () { unrecur.printWidth = 0; closeTables(); redraw(); });
  }

  function remembered() { try { return localStorage.getItem('unrecur-theme'); } catch (refused) { return null; } }
  function remember(theme) { try { localStorage.setItem('unrecur-theme', theme); } catch (refused) { /* not kept */ } }

  function setTheme(theme) {
    if (theme === 'auto') root.removeAttribute('data-theme'); else root.setAttribute('data-theme', theme);
    var button = document.getElementById('theme');
    button.textContent = 'Theme: ' + theme;
    button.hidden = false;
    button.onclick = function () {
      var themes = ['auto', 'light', 'dark'];
      var next = themes[(themes.indexOf(theme) + 1) % themes.length];
      remember(next);
      setTheme(next);
    };
  }

  // A button beside each command.
  function addCopyButtons() {
    Array.prototype.forEach.call(document.querySelectorAll('.command'), function (place) {
      var button = document.createElement('button'), code = place.querySelector('code');
      button.type = 'button';
      button.textContent = 'copy';
      button.setAttribute('aria-label', 'Copy the command ' + code.textContent);
      button.onclick = function () {
        var selection = window.getSelection();
        selection.selectAllChildren(code);
        var done = function () {
          button.textContent = 'copied';
          setTimeout(function () { button.textContent = 'copy'; }, 1500);
        };
        if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, function () {});
        else if (document.execCommand('copy')) done();
      };
      place.appendChild(button);
    });
  }

  // #theme=dark in the address wins over what the reader chose before.
  var asked = /theme=(auto|light|dark)/.exec(location.hash);
  setTheme(asked ? asked[1] : remembered() || 'auto');
  drawCharts();
  if (window.katex) plan(document.querySelectorAll('.tex'), setFormula);
  addCopyButtons();
  followWidth();
  root.setAttribute('data-ready', 'true');
  setTimeout(goOn, 0);
})(window.unrecur);
