// Brings the page to life: formulas, charts, theme.
(function (unrecur) {
  'use strict';
  var widthInPrint = 660;
  var root = document.documentElement;

  function setFormulas() {
    if (!window.katex) return;
    Array.prototype.forEach.call(document.querySelectorAll('.tex'), function (element) {
      katex.render(element.textContent, element,
        {displayMode: element.classList.contains('display'), throwOnError: false, strict: 'ignore'});
    });
  }

  function drawCharts() {
    var data = document.getElementById('figures');
    if (!window.d3 || !data) return;
    var specs = JSON.parse(data.textContent);
    unrecur.charts = Array.prototype.map.call(document.querySelectorAll('.plot'), function (place) {
      return new unrecur.Chart(place, specs[place.getAttribute('data-figure')]);
    });
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
    var width = window.innerWidth, waiting = null;
    window.addEventListener('resize', function () {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      clearTimeout(waiting);
      waiting = setTimeout(redraw, 100);
    });
    window.addEventListener('beforeprint', function () { unrecur.printWidth = widthInPrint; openTables(); redraw(); });
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
  setFormulas();
  drawCharts();
  addCopyButtons();
  followWidth();
  root.setAttribute('data-ready', 'true');
})(window.unrecur);
