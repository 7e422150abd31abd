// Numbers as they stand on axes and beside the pointer: minus as −, powers of ten as 10⁻⁷.
(function (unrecur) {
  'use strict';
  var superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

  function superscript(exponent) {
    return (exponent < 0 ? '⁻' : '') +
      String(Math.abs(exponent)).replace(/\d/g, function (digit) { return superscripts[+digit]; });
  }

  function withMinus(text) { return text.replace(/-/g, '−'); }

  unrecur.powerOfTen = function (exponent) { return '10' + superscript(exponent); };

  // About `digits` significant digits, without the zeros that end a decimal fraction.
  unrecur.formatNumber = function (value, digits) {
    if (value === 0) return '0';
    var size = Math.abs(value);
    if (size >= 1e-3 && size < 1e6) return withMinus(String(+value.toPrecision(digits)));
    var parts = value.toExponential(digits - 1).split('e');
    return withMinus(String(+parts[0])) + '·' + unrecur.powerOfTen(+parts[1]);
  };
})(window.unrecur);
