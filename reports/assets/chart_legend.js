// How curves look, and the legend that shows and hides them.
(function (unrecur) {
  'use strict';
  // Dashes belong to bounds alone; see Kind in reports/blocks/block.h.
  var dashes = {upper: '8 4', lower: '8 3 2 3', floor: '1.5 3.5'};

  unrecur.strokeOf = function (family) {
    var dash = dashes[family.kind];
    return 'stroke:var(--curve-' + family.colour + ')' + (dash ? ';stroke-dasharray:' + dash : '');
  };

  unrecur.swatch = function (family) {
    return (family.points ? ''
      : '<path d="M1 5H33" fill="none" stroke-width="2.2" style="' + unrecur.strokeOf(family) + '"/>') +
      '<path d="' + unrecur.symbolOf(family) + '" transform="translate(17,5)" stroke-width="1.3" style="' +
      unrecur.symbolStyle(family) + '"/>';
  };

  unrecur.legendText = function (family) {
    var told = family.kind === 'measured' || family.label.indexOf(family.words) >= 0;
    return family.label + (told ? '' : ' (' + family.words + ')');
  };

  unrecur.addLegend = function (chart, parent) {
    var list = parent.append('ul').attr('class', 'legend').attr('aria-label', 'Curves; press one to show or hide it');
    chart.spec.families.forEach(function (family) {
      var button = list.append('li').append('button').attr('type', 'button')
        .attr('aria-pressed', String(!chart.hidden[family.key]));
      button.append('svg').attr('width', 34).attr('height', 10).attr('aria-hidden', 'true').html(unrecur.swatch(family));
      button.append('span').text(unrecur.legendText(family));
      button.on('click', function () {
        chart.hidden[family.key] = !chart.hidden[family.key];
        button.attr('aria-pressed', String(!chart.hidden[family.key]));
        chart.draw();
      });
    });
  };
})(window.unrecur);
