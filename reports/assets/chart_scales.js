// Domains, scales and ticks of a chart's axes.
(function (unrecur) {
  'use strict';

  function drawable(log) { return function (v) { return isFinite(v) && (!log || v > 0); }; }

  var smallestSpan = 2e-3; // of a linear axis, as a share of its values

  // The least and the largest value where they differ by so little that nothing happens; else nothing.
  unrecur.flatSpan = function (values) {
    var extent = d3.extent(values.filter(isFinite));
    if (extent[0] === undefined || extent[0] === extent[1]) return null;
    var size = Math.max(Math.abs(extent[0]), Math.abs(extent[1]));
    return extent[1] - extent[0] < smallestSpan / 4 * size ? extent : null;
  };

  // The smallest interval that holds all values, somewhat widened where `margin` asks for it.
  unrecur.domainOf = function (values, log, margin) {
    var extent = d3.extent(values.filter(drawable(log)));
    if (extent[0] === undefined) return log ? [0.1, 10] : [0, 1];
    if (log) {
      var ratio = extent[1] / extent[0];
      var factor = ratio > 1.0001 ? Math.pow(ratio, margin) : 2;
      return [extent[0] / factor, extent[1] * factor];
    }
    var width = extent[1] - extent[0] || Math.abs(extent[0]) || 1;
    // Values that differ in their fifth digit only are a flat line, and drawn as one.
    var least = smallestSpan * Math.max(Math.abs(extent[0]), Math.abs(extent[1])), missing = Math.max(0, least - width) / 2;
    return [extent[0] - margin * width - missing, extent[1] + margin * width + missing];
  };

  unrecur.scale = function (domain, range, log) {
    return (log ? d3.scale.log() : d3.scale.linear()).domain(domain).range(range);
  };

  // Marks at powers of ten, and between them where there is room: [{value, text}].
  function logTicks(domain, count) {
    var low = Math.ceil(Math.log10(domain[0]) - 1e-9), high = Math.floor(Math.log10(domain[1]) + 1e-9);
    var decades = high - low + 1;
    var step = Math.max(1, Math.ceil(decades / count));
    var between = decades >= 4 ? [1] : [1, 2, 5];
    var ticks = [];
    for (var e = low - 1; e <= high + 1; e++) {
      if (between.length === 1 && ((e % step) + step) % step !== 0) continue;
      between.forEach(function (m) {
        var value = m * Math.pow(10, e);
        if (value < domain[0] || value > domain[1]) return;
        var plain = e >= -2 && e <= 4;
        ticks.push({value: value,
          text: plain ? unrecur.formatNumber(value, 3) : (m === 1 ? '' : m + '·') + unrecur.powerOfTen(e)});
      });
    }
    return ticks;
  }

  unrecur.namedTicks = function (names, domain) {
    return names.map(function (name, i) { return {value: i, text: name}; })
      .filter(function (t) { return t.value >= domain[0] && t.value <= domain[1]; });
  };

  unrecur.ticks = function (domain, log, count) {
    if (log) {
      var ticks = logTicks(domain, count);
      if (ticks.length >= 2) return ticks;
    }
    var digits = 1 + Math.ceil(Math.log10(Math.max(Math.abs(domain[0]), Math.abs(domain[1])) /
      Math.max(domain[1] - domain[0], 1e-300)) + 1.5);
    return d3.scale.linear().domain(domain).ticks(count)
      .filter(drawable(log))
      .map(function (v) { return {value: v, text: unrecur.formatNumber(v, Math.min(Math.max(digits, 2), 12))}; });
  };
})(window.unrecur);
