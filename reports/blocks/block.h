#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace unrecur::reports {

/// What a section is made of. Texts are in the markup of reports/blocks/markup.h: `$TeX$`, `**strong**`, `*emphasis*`,
/// `` `code` ``.

/// Paragraphs, separated by blank lines. A paragraph that is `$$TeX$$` is a displayed formula.
struct Prose {
  std::string text;
};

struct Heading {
  std::string text;
};

struct Column {
  std::string title;
  bool numeric = false;  ///< set flush right, and in the numbers' own column type in LaTeX
};

struct Table {
  std::string id;  ///< names its file in LaTeX; letters, digits and hyphens
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`; the first cell is the row's header
  bool folded = false;                         ///< shown on demand
};

/// How a curve is drawn follows from what its numbers are, so that no measurement looks like a bound:
/// upper and lower bounds are dashed, a rounding floor is dotted, an estimate has open circles, a measurement is solid.
enum class Kind { measured, upper, lower, estimate, floor };

/// One entry of a figure's legend; its curves are shown and hidden together.
struct Family {
  std::string key;
  std::string label;  ///< plain text, it also stands in downloaded pictures
  Kind kind = Kind::measured;
  int colour = 1;       ///< 1 … 6, place in the palette of reports/assets/report.css; 0 is grey
  bool hidden = false;  ///< at first
};

/// x and y have the same length and finite numbers only.
struct Curve {
  std::string family;                 ///< key of its family
  std::optional<std::uint64_t> seed;  ///< none: the mean over seeds, drawn strong
  std::vector<double> x, y;
};

/// A straight line across the plot: a reference value, not a curve.
struct Level {
  char axis = 'y';
  double value = 0;
  std::string label;
  int colour = 0;
};

struct Axis {
  std::string label;
  bool log = false;  ///< at first; the reader can switch
};

struct Figure {
  std::string id;  ///< unique in the report; names its CSV file
  std::string title;
  std::string caption;
  Axis x, y;
  std::vector<Family> families;
  std::vector<Curve> curves;
  std::vector<Level> levels;
  bool wide = false;  ///< takes the whole width where two figures would fit side by side
};

/// Where a rate can lie, as one statement has it: at least `low`, at most `high`.
struct RateRow {
  std::string label;                ///< in markup
  std::string target;               ///< anchor on the same page that the label leads to; empty: none
  std::optional<double> low, high;  ///< nothing: the statement says nothing on that side
  bool proved = true;               ///< or floating
  std::vector<std::string> cells;   ///< in markup, one for each column after the first
  std::string note{};               ///< in markup, below the row
};

/// A table whose rows are also drawn on one common axis of rates, on which 1 is marked. Without scripts, and in HTML
/// only: reports of experiments have none.
struct RateTable {
  std::string id;  ///< letters, digits and hyphens
  std::string caption;
  std::vector<Column> columns;  ///< the first is that of the labels; the drawing stands behind it
  std::vector<RateRow> rows;
};

using Block = std::variant<Prose, Heading, Table, Figure, RateTable>;

}  // namespace unrecur::reports
