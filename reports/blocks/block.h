#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// How a cell of a table stands to what it is compared with; shown by colour, which is never the only sign of it.
enum class Tone { none, better, worse };

struct Table {
  std::string id;  ///< names its file in LaTeX; letters, digits and hyphens
  std::string caption;
  std::vector<Column> columns;
  /// Each as long as `columns`; the first cell is the row's header. A line break in a cell starts a second line.
  std::vector<std::vector<std::string>> rows;
  bool folded = false;                     ///< shown on demand
  std::vector<std::vector<Tone>> tones{};  ///< of the cells of each row; empty: none
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
  bool points = false;  ///< symbols without a line between them
};

/// x and y have the same length and finite numbers only.
struct Curve {
  std::string family;                 ///< key of its family
  std::optional<std::uint64_t> seed;  ///< none: the mean over seeds, drawn strong
  std::vector<double> x, y;
  /// What the seeds span, or an interval about each value: drawn as a band, or as whiskers of single points. Either
  /// empty or as long as y.
  std::vector<double> low{}, high{};
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
  /// For things instead of numbers: the names of 0, 1, 2, …, plain text. Such an axis is linear.
  std::vector<std::string> names{};
};

struct Figure {
  std::string id;  ///< unique in the report; names its CSV file
  std::string title;
  std::string caption;
  Axis x, y;
  std::vector<Family> families;
  std::vector<Curve> curves;
  std::vector<Level> levels;
  bool wide = false;   ///< takes the whole width where two figures would fit side by side
  bool small = false;  ///< three side by side, without buttons: on the first screen
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

/// How a claim came out. "Same direction" is for a rule that fails although at least half of what it asks about agrees.
enum class Outcome { reproduced, same_direction, not_reproduced, not_run };

/// A claim on the scoreboard; texts in markup.
struct Score {
  struct Evidence {
    std::string title;   ///< of the experiment
    std::string target;  ///< anchor on the same page
    Outcome outcome;     ///< by that experiment alone
  };
  std::string claim, statement;
  Outcome outcome = Outcome::not_run;
  std::string published, ours;
  std::vector<Evidence> evidence;
};

/// All claims of a report at a glance, in groups.
struct Scoreboard {
  struct Group {
    std::string sentence;  ///< in markup
    std::vector<Score> scores;
  };
  std::string id;  ///< letters, digits and hyphens
  std::string caption;
  std::vector<Group> groups;
};

/// A command to copy.
struct Command {
  std::string text;  ///< plain
};

/// Something to listen to, in HTML only.
struct Audio {
  std::string id;       ///< letters, digits and hyphens
  std::string caption;  ///< in markup
  std::string wav;      ///< the bytes of a WAV file
};

using Block = std::variant<Prose, Heading, Table, Figure, RateTable, Scoreboard, Command, Audio>;

/// "reproduced", "same direction", "not reproduced", "not run".
std::string_view name_of(Outcome outcome);

}  // namespace unrecur::reports
