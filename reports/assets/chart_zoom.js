// Zoom: drag a rectangle, turn the wheel over a chart that has the focus (or with Ctrl), press + − 0, or a double click to
// go back. A finger that moves sideways reads values; one that moves up or down scrolls the page.
(function (unrecur) {
  'use strict';
  var smallestDrag = 6; // pixels

  function setDomain(chart, axis, low, high) {
    if (low > high) { var swap = low; low = high; high = swap; }
    if (!(high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high)))) return;
    chart.domain[axis] = [low, high];
  }

  unrecur.zoomBy = function (chart, factor, x, y) {
    [['x', chart.x, x, chart.left, chart.right], ['y', chart.y, y, chart.bottom, chart.top]].forEach(function (a) {
      var scale = a[1], about = a[2] === undefined ? (a[3] + a[4]) / 2 : a[2];
      setDomain(chart, a[0], scale.invert(about + (a[3] - about) * factor), scale.invert(about + (a[4] - about) * factor));
    });
    chart.draw();
  };

  unrecur.resetZoom = function (chart) {
    chart.domain = {x: null, y: null};
    chart.draw();
  };

  // A flat rectangle zooms in x only, a narrow one in y only.
  function zoomTo(chart, from, to) {
    var wide = Math.abs(to[0] - from[0]) >= smallestDrag, high = Math.abs(to[1] - from[1]) >= smallestDrag;
    if (wide) setDomain(chart, 'x', chart.x.invert(from[0]), chart.x.invert(to[0]));
    if (high) setDomain(chart, 'y', chart.y.invert(from[1]), chart.y.invert(to[1]));
    if (wide || high) chart.draw();
  }

  function clamp(chart, p) {
    return [Math.max(chart.left, Math.min(chart.right, p[0])), Math.max(chart.top, Math.min(chart.bottom, p[1]))];
  }

  function drawRectangle(chart, from, to) {
    var rectangle = chart.svg.selectAll('.drag').data([0]);
    rectangle.enter().append('rect').attr('class', 'drag transient').attr('pointer-events', 'none');
    rectangle.attr('x', Math.min(from[0], to[0])).attr('y', Math.min(from[1], to[1]))
      .attr('width', Math.abs(to[0] - from[0])).attr('height', Math.abs(to[1] - from[1]));
  }

  unrecur.addPointer = function (chart) {
    var node = chart.svg.node(), from = null;
    function position(event) {
      var box = node.getBoundingClientRect(), ratio = chart.width / box.width;
      return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    }
    function end(event) {
      if (!from) return;
      var to = clamp(chart, position(event)), begin = from;
      from = null;
      chart.svg.selectAll('.drag').remove();
      zoomTo(chart, begin, to);
    }
    node.addEventListener('pointerdown', function (event) {
      if (event.pointerType === 'touch') { unrecur.showNearest.apply(null, [chart].concat(position(event))); return; }
      if (event.button !== 0) return;
      from = clamp(chart, position(event));
      node.setPointerCapture(event.pointerId);
    });
    node.addEventListener('pointermove', function (event) {
      var p = position(event);
      if (from) { unrecur.hideValues(chart); drawRectangle(chart, from, clamp(chart, p)); return; }
      if (chart.inside(p[0], p[1])) unrecur.showNearest(chart, p[0], p[1]); else unrecur.hideValues(chart);
    });
    node.addEventListener('pointerup', end);
    node.addEventListener('pointercancel', function () { from = null; chart.svg.selectAll('.drag').remove(); });
    node.addEventListener('pointerleave', function (event) {
      if (event.pointerType !== 'touch') unrecur.hideValues(chart);
    });
    node.addEventListener('dblclick', function () { unrecur.resetZoom(chart); });
    node.addEventListener('wheel', function (event) {
      if (!event.ctrlKey && document.activeElement !== node) return;
      event.preventDefault();
      var p = clamp(chart, position(event));
      unrecur.zoomBy(chart, Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.003), p[0], p[1]);
    }, {passive: false});
    node.addEventListener('keydown', function (event) {
      var action = {
        ArrowLeft: function () { unrecur.step(chart, -1, 0); }, ArrowRight: function () { unrecur.step(chart, 1, 0); },
        ArrowUp: function () { unrecur.step(chart, 0, -1); }, ArrowDown: function () { unrecur.step(chart, 0, 1); },
        '+': function () { unrecur.zoomBy(chart, 0.7); }, '-': function () { unrecur.zoomBy(chart, 1 / 0.7); },
        '0': function () { unrecur.resetZoom(chart); },
        Escape: function () { unrecur.hideValues(chart); node.blur(); }
      }[event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      action();
    });
  };
})(window.unrecur);
