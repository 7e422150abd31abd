// The values under the pointer, the finger or the arrow keys.
(function (unrecur) {
  'use strict';
  var mostRows = 9;

  // All drawn points: {curve, i, x, y} with x and y in pixels.
  function points(chart) {
    var all = [];
    chart.shownCurves().forEach(function (curve) {
      curve.x.forEach(function (x, i) {
        var px = chart.x(x), py = chart.y(curve.y[i]);
        if (chart.inside(px, py)) all.push({curve: curve, i: i, x: px, y: py});
      });
    });
    return all;
  }

  function nearest(all, x, y) {
    var best = null, smallest = Infinity;
    all.forEach(function (p) {
      var distance = (p.x - x) * (p.x - x) + (p.y - y) * (p.y - y);
      if (distance < smallest) { smallest = distance; best = p; }
    });
    return best;
  }

  function name(chart, curve) {
    var family = chart.family(curve);
    return unrecur.legendText(family) + (curve.seed === null || chart.isStrong(curve) && chart.seed === 'all'
      ? '' : ', seed ' + curve.seed);
  }

  // The point itself and what the other strong curves have at the same x.
  function rowsAt(chart, point) {
    var x = point.curve.x[point.i];
    var rows = [{curve: point.curve, y: point.curve.y[point.i], chosen: true}];
    chart.shownCurves().forEach(function (curve) {
      var i = curve.x.indexOf(x);
      if (curve !== point.curve && i >= 0 && chart.isStrong(curve)) rows.push({curve: curve, y: curve.y[i]});
    });
    return rows.slice(0, mostRows).sort(function (a, b) { return b.y - a.y; });
  }

  function fill(chart, box, point) {
    box.html('');
    var x = point.curve.x[point.i], names = chart.spec.x.names;
    box.append('div').attr('class', 'at').text(names ? names[Math.round(x)]
      : chart.spec.x.label + ' = ' + unrecur.formatNumber(x, 5));
    rowsAt(chart, point).forEach(function (row) {
      var line = box.append('div').classed('chosen', !!row.chosen);
      line.append('svg').attr('width', 34).attr('height', 10).html(unrecur.swatch(chart.family(row.curve)));
      line.append('span').text(name(chart, row.curve));
      line.append('b').text(unrecur.formatNumber(row.y, 4));
    });
  }

  function place(chart, box, point) {
    var node = box.style('display', 'block').node();
    var right = point.x + 14 + node.offsetWidth <= chart.width;
    box.style('left', Math.max(0, right ? point.x + 14 : point.x - 14 - node.offsetWidth) + 'px')
      .style('top', Math.max(0, Math.min(point.y - node.offsetHeight / 2, chart.height - node.offsetHeight)) + 'px');
  }

  unrecur.hideValues = function (chart) {
    chart.box.style('display', 'none');
    chart.svg.selectAll('.cross').remove();
  };

  function show(chart, point) {
    unrecur.hideValues(chart);
    if (!point) return;
    chart.point = point;
    var cross = chart.svg.append('g').attr('class', 'cross transient').attr('pointer-events', 'none');
    cross.append('path').attr('fill', 'none').attr('stroke-width', 1).style('stroke', 'var(--muted)')
      .attr('d', 'M' + point.x + ' ' + chart.top + 'V' + chart.bottom + 'M' + chart.left + ' ' + point.y + 'H' + chart.right);
    cross.append('circle').attr('cx', point.x).attr('cy', point.y).attr('r', 4)
      .style('fill', 'var(--curve-' + chart.family(point.curve).colour + ')').style('stroke', 'var(--paper)');
    fill(chart, chart.box, point);
    place(chart, chart.box, point);
  }

  unrecur.showNearest = function (chart, x, y) { show(chart, nearest(points(chart), x, y)); };

  // Arrow keys: to the next point of the curve, or to the nearest point of the next curve.
  unrecur.step = function (chart, along, across) {
    var all = points(chart), now = chart.point;
    if (!all.length) return;
    if (!now || all.every(function (p) { return p.curve !== now.curve || p.i !== now.i; })) {
      show(chart, all[0]);
    } else if (along) {
      show(chart, all.filter(function (p) { return p.curve === now.curve && p.i === now.i + along; })[0] || now);
    } else {
      var curves = chart.shownCurves(), n = curves.length;
      var next = curves[(curves.indexOf(now.curve) + across + n) % n];
      show(chart, nearest(all.filter(function (p) { return p.curve === next; }), now.x, now.y) || now);
    }
    chart.live.text(chart.box.selectAll('.at, .chosen').map(function (group) {
      return group.map(function (node) { return node.textContent; }).join('; ');
    })[0]);
  };
})(window.unrecur);
