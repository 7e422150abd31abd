// Pictures and numbers of a chart, as files.
(function (unrecur) {
  'use strict';
  var pixelsPerUnit = 2; // of a PNG

  function save(name, blob) {
    var address = URL.createObjectURL(blob);
    var link = document.createElement('a');
    link.href = address;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 10000);
  }

  function field(text) {
    text = String(text);
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  // All numbers that the figure draws, hidden curves too: the lines of `unrecur report --csv`, which has every point.
  unrecur.csv = function (spec) {
    var family = {};
    spec.families.forEach(function (f) { family[f.key] = f; });
    var lines = ['curve,kind,seed,' + field(spec.x.label) + ',' + field(spec.y.label)];
    spec.curves.forEach(function (curve) {
      var f = family[curve.family];
      var head = field(f.label) + ',' + f.words + ',' + (curve.seed === null ? '' : curve.seed) + ',';
      curve.x.forEach(function (x, i) { lines.push(head + x + ',' + curve.y[i]); });
    });
    spec.levels.forEach(function (level) {
      lines.push(field(level.label) + ',level,,' + (level.axis === 'x' ? level.value + ',' : ',' + level.value));
    });
    return lines.join('\n') + '\n';
  };

  function escaped(text) { return text.replace(/&/g, '&amp;').replace(/</g, '&lt;'); }

  // The legend as it stands below the plot in a picture.
  function legendRows(entries, top) {
    return entries.map(function (f, i) {
      var y = top + 18 * i;
      return '<g transform="translate(16,' + y + ')">' + unrecur.swatch(f) + '</g><text x="58" y="' + (y + 9) +
        '" style="fill:var(--ink)">' + escaped(unrecur.legendText(f)) + '</text>';
    }).join('');
  }

  // The chart as it is now, as a picture that stands alone: title above, legend below, colours resolved.
  unrecur.standaloneSvg = function (chart) {
    var svg = chart.svg.node().cloneNode(true);
    Array.prototype.forEach.call(svg.querySelectorAll('.transient'), function (node) { node.remove(); });
    var entries = chart.visibleFamilies();
    var top = 30, width = chart.width, height = top + chart.height + 10 + 18 * entries.length + 8;
    var text = '<svg xmlns="http://www.w3.org/2000/svg" width="' + width + '" height="' + height + '" viewBox="0 0 ' +
      width + ' ' + height + '" font-family="Helvetica, Arial, sans-serif" font-size="12">' +
      '<rect width="100%" height="100%" style="fill:var(--paper)"/>' +
      '<text x="16" y="20" font-weight="bold" style="fill:var(--ink)">' + escaped(chart.spec.title) + '</text>' +
      '<g transform="translate(0,' + top + ')">' + new XMLSerializer().serializeToString(svg) + '</g>' +
      legendRows(entries, top + chart.height + 10) + '</svg>';
    var style = getComputedStyle(document.documentElement);
    return text.replace(/var\((--[\w-]+)\)/g, function (all, name) { return style.getPropertyValue(name).trim(); });
  };

  function png(chart) {
    var svg = unrecur.standaloneSvg(chart), image = new Image();
    image.onload = function () {
      var canvas = document.createElement('canvas');
      canvas.width = pixelsPerUnit * image.width;
      canvas.height = pixelsPerUnit * image.height;
      var context = canvas.getContext('2d');
      context.scale(pixelsPerUnit, pixelsPerUnit);
      context.drawImage(image, 0, 0);
      canvas.toBlob(function (blob) { save(chart.spec.id + '.png', blob); }, 'image/png');
    };
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(svg);
  }

  unrecur.exports = {
    SVG: function (chart) {
      save(chart.spec.id + '.svg', new Blob([unrecur.standaloneSvg(chart)], {type: 'image/svg+xml'}));
    },
    PNG: png,
    CSV: function (chart) { save(chart.spec.id + '.csv', new Blob([unrecur.csv(chart.spec)], {type: 'text/csv'})); }
  };
})(window.unrecur);
