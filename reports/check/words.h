#pragma once

#include <string>

#include "reports/blocks/block.h"
#include "reports/blocks/markup.h"
#include "reports/check/checked_model.h"
#include "reports/print/printable.h"

namespace unrecur::reports {

/// Texts of a check in markup, and of the parts that the terminal page shares.

/// A text from a file or of unknown content, as markup that shows it and nothing else.
inline std::string shown(const std::string& text) {
  return literal(printable(text));
}

/// The last part of a path.
std::string file_name_of(const std::string& path);

/// What is known of a model file, as the pages of all answers have it.
Table file_table(const std::string& path, const std::string& sha256, const std::string& format);

/// "**Proved**".
std::string verdict_markup(const std::string& verdict);

/// Of the model as a whole: "2 of 18 layers are proved to forget, 1 is refuted, 15 are undecided."
std::string verdict_sentence(const CheckedModel& model);

/// A bound as it stands in a table; a dash where there is none.
std::string rate_cell(const std::optional<double>& rate, Kind side);

/// "Its contraction rate is proved to lie between 0.98 and 1.06."; empty where nothing is known.
std::string rate_sentence(const CheckedLayer& layer);

/// "needs at least 2,310 steps of context for an error of 0.001 (witness), at most 8,902 (proved)"; empty where nothing
/// is known.
std::string context_words(const CheckedContext& context, double epsilon);
/// The same as a sentence about "the layer".
std::string context_sentence(const CheckedContext& context, double epsilon, const std::string& subject);
/// The same in two cells of a table: the steps that are needed, and those that are enough.
std::string needed_cell(const CheckedContext& context);
std::string enough_cell(const CheckedContext& context);
/// "along the recording 41 steps are enough: the gap is at most 0.00098, 2.1e-05 in the median"; empty where nothing
/// was measured.
std::string measured_words(const CheckedContext& context, double epsilon);

/// Help whose commands, between single quotes, become code.
std::string help_markup(const std::string& help);

/// With a capital letter and a full stop, where it begins with an ASCII letter and ends without one.
std::string sentence(std::string text);

}  // namespace unrecur::reports
