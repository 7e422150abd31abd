// What tells families apart without colour: a symbol for each, and the spread of their seeds.
(function (unrecur) {
  'use strict';
  var size = 3.4, betweenSymbols = 90, fewPoints = 8; // in pixels

  // Paths about the origin, by the family's place.
  var shapes = [
    'M-3.4 0A3.4 3.4 0 1 1 3.4 0A3.4 3.4 0 1 1 -3.4 0Z',
    'M-3 -3H3V3H-3Z',
    'M0 -3.9L3.7 2.8H-3.7Z',
    'M0 -4.2L3.4 0L0 4.2L-3.4 0Z',
    'M0 3.9L3.7 -2.8H-3.7Z',
    'M-3.6 -1.2H-1.2V-3.6H1.2V-1.2H3.6V1.2H1.2V3.6H-1.2V1.2H-3.6Z',
    'M-3.8 -3.8L3.8 3.8M-3.8 3.8L3.8 -3.8',
    'M0 -4.2L1 -1.2L4 -1.2L1.6 0.7L2.5 3.7L0 1.9L-2.5 3.7L-1.6 0.7L-4 -1.2L-1 -1.2Z'
  ];

  unrecur.symbolOf = function (family) { return shapes[(family.place || 0) % shapes.length]; };

  // An estimate is hollow.
  unrecur.symbolStyle = function (family) {
    var colour = 'var(--curve-' + family.colour + ')';
    return 'stroke:' + colour + ';fill:' + (family.kind === 'estimate' ? 'var(--paper)' : colour);
  };

  // On a line of many points only now and then, each family at places of its own; else all of them, and of estimates.
  unrecur.drawSymbols = function (chart, plot, points, family, strong) {
    var every = family.points || family.kind === 'estimate' || points.length <= fewPoints;
    if (!every && chart.visibleFamilies().length < 2) return;
    var next = chart.left + 12 + 17 * (family.place || 0) % betweenSymbols;
    points.forEach(function (p) {
      if (!isFinite(p[0]) || !isFinite(p[1])) return;
      if (!every && p[0] < next) return;
      next = p[0] + betweenSymbols;
      plot.append('path').attr('class', 'symbol').attr('d', unrecur.symbolOf(family))
        .attr('transform', 'translate(' + p[0] + ',' + p[1] + ')' + (strong ? '' : ' scale(0.6)'))
        .attr('stroke-width', 1.3).attr('style', unrecur.symbolStyle(family));
    });
  };

  // What the seeds span: a band about a line, whiskers of single points.
  unrecur.drawSpread = function (chart, plot, curve, family) {
    var colour = 'var(--curve-' + family.colour + ')';
    var whiskers = family.points || curve.x.length === 1, up = [], down = [];
    curve.x.forEach(function (x, i) {
      var px = chart.x(x), low = chart.y(curve.low[i]), high = chart.y(curve.high[i]);
      if (!isFinite(px) || !isFinite(low) || !isFinite(high)) return;
      if (whiskers) {
        plot.append('path').attr('class', 'whisker').attr('fill', 'none').attr('stroke-width', 1.3).style('stroke', colour)
          .attr('d', 'M' + px + ' ' + low + 'V' + high + 'M' + (px - size) + ' ' + low + 'h' + 2 * size +
            'M' + (px - size) + ' ' + high + 'h' + 2 * size);
      } else {
        up.push(px + ' ' + high);
        down.unshift(px + ' ' + low);
      }
    });
    if (up.length < 2) return;
    plot.append('path').attr('class', 'band').attr('d', 'M' + up.concat(down).join('L') + 'Z')
      .attr('style', 'fill:' + colour + ';fill-opacity:0.15;stroke:none');
  };

  // Curves name their x by its place among the figure's lists.
  unrecur.shareLists = function (spec) {
    spec.curves.forEach(function (curve) { if (typeof curve.x === 'number') curve.x = spec.xs[curve.x]; });
  };
})(window.unrecur);
