// A chart: draws a figure's specification (reports/blocks/figure_data.h) as SVG.
(function (unrecur) {
  'use strict';
  var clips = 0;

  function Chart(place, spec) {
    this.spec = spec;
    this.place = d3.select(place);
    this.log = {x: spec.x.log, y: spec.y.log};
    this.domain = {x: null, y: null}; // null: as the curves ask
    this.hidden = {};
    unrecur.shareLists(spec);
    this.clip = 'clip-' + clips++;
    var chart = this;
    this.families = {};
    spec.families.forEach(function (f, i) {
      chart.families[f.key] = f;
      chart.hidden[f.key] = f.hidden;
      f.place = i;
    });
    // 'all', 'mean' or a seed. Single seeds of many families hide one another; the bands of their means do not.
    this.seed = this.visibleFamilies().filter(function (f) { return chart.hasMean(f.key); }).length > 3 ? 'mean' : 'all';
    this.build();
    this.draw();
  }

  Chart.prototype.family = function (curve) { return this.families[curve.family]; };

  Chart.prototype.hasMean = function (key) {
    return this.spec.curves.some(function (c) { return c.family === key && c.seed === null; });
  };

  // Drawn strong: the mean, the chosen seed, or what stands alone.
  Chart.prototype.isStrong = function (curve) {
    if (this.seed === 'all' || this.seed === 'mean') return curve.seed === null || !this.hasMean(curve.family);
    return curve.seed === this.seed;
  };

  Chart.prototype.shownCurves = function () {
    var chart = this;
    return this.spec.curves.filter(function (curve) {
      if (chart.hidden[curve.family]) return false;
      return chart.seed === 'all' || chart.isStrong(curve);
    });
  };

  Chart.prototype.visibleFamilies = function () {
    var chart = this;
    return this.spec.families.filter(function (f) { return !chart.hidden[f.key]; });
  };

  Chart.prototype.inside = function (x, y) {
    return x >= this.left - 1 && x <= this.right + 1 && y >= this.top - 1 && y <= this.bottom + 1;
  };

  Chart.prototype.build = function () {
    if (!this.spec.small) unrecur.addControls(this, this.place.append('div').attr('class', 'controls'));
    var holder = this.place.append('div').attr('class', 'canvas');
    this.svg = holder.append('svg').attr('tabindex', 0).attr('role', 'img')
      .attr('aria-label', this.spec.title + '. Arrow keys read values, plus and minus zoom, zero resets.');
    this.box = holder.append('div').attr('class', 'values').attr('aria-hidden', 'true');
    this.live = holder.append('div').attr('class', 'unseen').attr('aria-live', 'polite');
    unrecur.addLegend(this, this.place);
    this.note = this.place.append('p').attr('class', 'note');
    unrecur.addPointer(this);
  };

  Chart.prototype.layout = function () {
    this.width = unrecur.printWidth || Math.max(260, Math.round(this.place.node().clientWidth));
    if (this.spec.small && unrecur.printWidth) this.width = Math.round(unrecur.printWidth / 2.2);
    this.height = this.spec.small ? 235
      : Math.round(Math.max(250, Math.min(400, this.width * (unrecur.printWidth ? 0.5 : 0.62))));
    this.top = 10;
    this.bottom = this.height - 44;
    this.right = this.width - 14;
    this.svg.attr('width', this.width).attr('height', this.height)
      .attr('viewBox', '0 0 ' + this.width + ' ' + this.height);
  };

  Chart.prototype.domains = function () {
    var xs = [], ys = [];
    this.shownCurves().forEach(function (c) {
      xs = xs.concat(c.x);
      ys = ys.concat(c.y, c.low || [], c.high || []);
    });
    this.spec.levels.forEach(function (l) { (l.axis === 'x' ? xs : ys).push(l.value); });
    return {
      x: this.domain.x || (this.spec.x.names ? [-0.5, this.spec.x.names.length - 0.5]
        : unrecur.domainOf(xs, this.log.x, this.spec.families.some(function (f) { return f.points; }) ? 0.06 : 0.01)),
      // Room for a level's label below the lowest line.
      y: this.domain.y || unrecur.domainOf(ys, this.log.y, this.spec.levels.length > 1 ? 0.12 : 0.04)
    };
  };

  Chart.prototype.draw = function () {
    this.layout();
    var domain = this.domains();
    var yTicks = unrecur.ticks(domain.y, this.log.y, Math.max(3, Math.floor((this.bottom - this.top) / 42)));
    this.left = 34 + 6.6 * d3.max(yTicks.concat([{text: '0'}]), function (t) { return t.text.length; });
    this.x = unrecur.scale(domain.x, [this.left, this.right], this.log.x);
    this.y = unrecur.scale(domain.y, [this.bottom, this.top], this.log.y);
    var xTicks = this.spec.x.names ? unrecur.namedTicks(this.spec.x.names, domain.x)
      : unrecur.ticks(domain.x, this.log.x, Math.max(3, Math.floor((this.right - this.left) / 70)));

    unrecur.hideValues(this);
    this.svg.selectAll('*').remove();
    this.svg.append('clipPath').attr('id', this.clip).append('rect').attr('x', this.left).attr('y', this.top)
      .attr('width', this.right - this.left).attr('height', this.bottom - this.top);
    this.drawAxes(xTicks, yTicks);
    var plot = this.svg.append('g').attr('clip-path', 'url(#' + this.clip + ')');
    var paths = this.drawCurves(plot);
    this.drawLevels(plot);
    this.tell();
    this.place.node().closest('figure').setAttribute('data-drawn', String(paths > 0));
  };

  Chart.prototype.drawAxes = function (xTicks, yTicks) {
    var chart = this, g = this.svg.append('g').attr('font-size', 12);
    function line(d, colour) { g.append('path').attr('d', d).attr('fill', 'none').attr('stroke-width', 1).style('stroke', 'var(--' + colour + ')'); }
    function label(x, y, text, anchor) {
      return g.append('text').attr('x', x).attr('y', y).attr('text-anchor', anchor).style('fill', 'var(--ink)').text(text);
    }
    xTicks.forEach(function (t) {
      var x = chart.x(t.value);
      line('M' + x + ' ' + chart.top + 'V' + chart.bottom, 'grid');
      label(x, chart.bottom + 16, t.text, 'middle');
    });
    yTicks.forEach(function (t) {
      var y = chart.y(t.value);
      line('M' + chart.left + ' ' + y + 'H' + chart.right, 'grid');
      label(chart.left - 6, y + 4, t.text, 'end');
    });
    line('M' + chart.left + ' ' + chart.top + 'V' + chart.bottom + 'H' + chart.right, 'muted');
    label((this.left + this.right) / 2, this.height - 8, this.spec.x.label, 'middle');
    label(0, 0, this.spec.y.label, 'middle')
      .attr('transform', 'translate(13,' + (this.top + this.bottom) / 2 + ') rotate(-90)');
  };

  Chart.prototype.drawCurves = function (plot) {
    var chart = this, count = 0;
    var line = d3.svg.line()
      .defined(function (p) { return isFinite(p[0]) && isFinite(p[1]); })
      .x(function (p) { return p[0]; }).y(function (p) { return p[1]; });
    // Thin lines first, so that the strong ones lie above.
    var shown = this.shownCurves().sort(function (a, b) { return chart.isStrong(a) - chart.isStrong(b); });
    shown.forEach(function (curve) {
      var strong = chart.isStrong(curve), family = chart.family(curve);
      var points = curve.x.map(function (x, i) { return [chart.x(x), chart.y(curve.y[i])]; });
      if (strong && curve.low) unrecur.drawSpread(chart, plot, curve, family);
      var d = line(points);
      if (!d) return;
      if (!family.points) {
        plot.append('path').attr('class', 'curve').attr('fill', 'none').attr('d', d).attr('stroke-linejoin', 'round')
          .attr('stroke-width', strong ? 2.2 : 1).attr('opacity', strong ? 1 : 0.45).attr('style', unrecur.strokeOf(family));
      }
      count++;
      if (strong || family.kind === 'estimate') unrecur.drawSymbols(chart, plot, points, family, strong);
    });
    return count;
  };

  // Where the label of a level goes: above its line or below it, as far to the right as no other label and no edge is in
  // the way; beside a vertical line on the side that has room.
  Chart.prototype.placeLabel = function (level, at, taken) {
    var width = 6.4 * level.label.length, across = level.axis === 'y', best = null, chart = this;
    var rows = across ? [at - 5, at + 14] : [chart.top + 12, chart.top + 26, chart.top + 40];
    var end = across ? chart.right - 4 : at - chart.left < width + 8 ? at + 4 + width : at - 4;
    rows.forEach(function (y) {
      if (y < chart.top + 9 || y > chart.bottom - 2) return;
      var right = end, inTheWay = true;
      while (inTheWay) {
        inTheWay = taken.find(function (t) {
          return Math.abs(t.y - y) < 14 && t.right > right - width - 10 && t.right - t.width - 10 < right;
        });
        if (inTheWay) right = inTheWay.right - inTheWay.width - 12;
      }
      if (!best || right > best.right) best = {y: y, right: right, width: width};
    });
    return best || {y: rows[0], right: end, width: width};
  };

  Chart.prototype.drawLevels = function (plot) {
    var chart = this, taken = [];
    if (this.spec.families.some(function (f) { return f.points; })) {
      this.shownCurves().forEach(function (c) {
        c.x.forEach(function (x, i) { taken.push({y: chart.y(c.y[i]) + 4, right: chart.x(x) + 7, width: 14}); });
      });
    }
    this.spec.levels.forEach(function (level) {
      var across = level.axis === 'y', at = chart[level.axis](level.value);
      if (!isFinite(at)) return;
      plot.append('path').attr('fill', 'none').attr('stroke-width', 1.2).attr('style', 'stroke:var(--curve-' + level.colour + ')')
        .attr('d', across ? 'M' + chart.left + ' ' + at + 'H' + chart.right : 'M' + at + ' ' + chart.top + 'V' + chart.bottom);
      var place = chart.placeLabel(level, at, taken);
      taken.push(place);
      plot.append('text').attr('font-size', 11.5).attr('text-anchor', 'end').attr('class', 'halo')
        .attr('x', place.right).attr('y', place.y)
        .attr('style', 'fill:var(--curve-' + level.colour + ');stroke:var(--paper);stroke-width:3;paint-order:stroke')
        .text(level.label);
    });
  };

  // A logarithmic axis cannot show zeros, and an axis that spans next to nothing is stretched: say so.
  Chart.prototype.tell = function () {
    var log = this.log, omitted = 0, ys = [], drawn = 0, all = 0;
    this.shownCurves().forEach(function (c) {
      ys = ys.concat(c.y);
      drawn += c.y.length;
      all += c.of || c.y.length;
    });
    var span = log.y || this.domain.y ? null : unrecur.flatSpan(ys);
    this.shownCurves().forEach(function (c) {
      c.x.forEach(function (x, i) { if (log.x && !(x > 0) || log.y && !(c.y[i] > 0)) omitted++; });
    });
    var words = [];
    if (omitted) {
      words.push(omitted + (omitted === 1 ? ' value that is' : ' values that are') +
        ' zero or less cannot be shown on a logarithmic axis.');
    }
    if (span) {
      words.push('All values lie between ' + unrecur.formatNumber(span[0], 8) + ' and ' + unrecur.formatNumber(span[1], 8) +
        ': next to nothing happens.');
    }
    if (drawn < all) {
      words.push(drawn + ' of ' + all + ' points are drawn; the others lie on these lines. The CSV file of the figure has all.');
    }
    this.note.text(words.join(' '));
  };

  unrecur.Chart = Chart;
})(window.unrecur);
