#pragma once

#include <string>

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

/// "**Proved**".
std::string verdict_markup(const std::string& verdict);

/// Of the model as a whole: "2 of 18 layers are proved to forget, 1 is refuted, 15 are undecided."
std::string verdict_sentence(const CheckedModel& model);

/// A bound as it stands in a table; a dash where there is none.
std::string rate_cell(const std::optional<double>& rate, Kind side);

/// "Its contraction rate is proved to lie between 0.98 and 1.06."; empty where nothing is known.
std::string rate_sentence(const CheckedLayer& layer);

/// Help whose commands, between single quotes, become code.
std::string help_markup(const std::string& help);

/// With a capital letter and a full stop, where it begins with an ASCII letter and ends without one.
std::string sentence(std::string text);

}  // namespace unrecur::reports
