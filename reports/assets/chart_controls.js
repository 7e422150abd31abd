// The row of buttons above a chart.
(function (unrecur) {
  'use strict';

  function button(parent, text, label, act) {
    return parent.append('button').attr('type', 'button').attr('title', label).attr('aria-label', label).text(text)
      .on('click', act);
  }

  function addAxisToggle(chart, parent, axis) {
    var b = button(parent, 'log ' + axis, 'Logarithmic ' + axis + ' axis', function () {
      chart.log[axis] = !chart.log[axis];
      chart.domain[axis] = null;
      b.attr('aria-pressed', String(chart.log[axis]));
      chart.draw();
    }).attr('aria-pressed', String(chart.log[axis]));
  }

  function addSeedSelector(chart, parent) {
    var seeds = d3.set(chart.spec.curves.map(function (c) { return c.seed; })
      .filter(function (s) { return s !== null; })).values().map(Number).sort(d3.ascending);
    if (seeds.length < 2) return;
    var select = parent.append('select').attr('aria-label', 'Seeds shown');
    var options = [['all', 'mean, seeds'], ['mean', 'mean']]
      .concat(seeds.map(function (s) { return [s, 'seed ' + s]; }));
    options.forEach(function (o) {
      select.append('option').attr('value', o[0]).property('selected', o[0] === chart.seed).text(o[1]);
    });
    select.on('change', function () {
      chart.seed = options[this.selectedIndex][0];
      chart.draw();
    });
  }

  unrecur.addControls = function (chart, parent) {
    var view = parent.append('span');
    addSeedSelector(chart, view);
    addAxisToggle(chart, view, 'x');
    addAxisToggle(chart, view, 'y');
    button(view, '+', 'Zoom in', function () { unrecur.zoomBy(chart, 0.7); });
    button(view, '−', 'Zoom out', function () { unrecur.zoomBy(chart, 1 / 0.7); });
    button(view, 'reset', 'Show everything again', function () { unrecur.resetZoom(chart); });
    var files = parent.append('span');
    Object.keys(unrecur.exports).forEach(function (kind) {
      button(files, kind, 'Download as ' + kind, function () { unrecur.exports[kind](chart); });
    });
  };
})(window.unrecur);
