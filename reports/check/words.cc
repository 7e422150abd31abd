#include "reports/check/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "reports/blocks/numbers.h"
#include "reports/blocks/rates.h"

namespace unrecur::reports {

std::string file_name_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == path.npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

std::string verdict_markup(const std::string& verdict) {
  return "**" + sentence(verdict).substr(0, verdict.size()) + "**";
}

std::string verdict_sentence(const CheckedModel& model) {
  const auto count = [&](const char* verdict) {
    return std::count_if(model.layers.begin(), model.layers.end(),
                         [&](const CheckedLayer& layer) { return layer.verdict == verdict; });
  };
  const auto is = [](auto n) { return n == 1 ? "is" : "are"; };
  const auto proved = count("proved"), refuted = count("refuted"), undecided = count("undecided");
  return fmt::format("Of {} recurrent layer{} {} {} proved to forget, {} {} refuted, {} {} undecided.",
                     model.layers.size(), model.layers.size() == 1 ? "" : "s", proved, is(proved), refuted, is(refuted),
                     undecided, is(undecided));
}

std::string rate_cell(const std::optional<double>& rate, Kind side) {
  return rate ? format_rate(*rate, side) : kNothing;
}

std::string rate_sentence(const CheckedLayer& layer) {
  if (layer.lower && layer.upper) {
    return fmt::format(
        "Its contraction rate is proved to be at least {} in every norm, and at most {} in the best one "
        "found.",
        format_rate(*layer.lower, Kind::lower), format_rate(*layer.upper, Kind::upper));
  }
  if (layer.upper) {
    return fmt::format(
        "Its contraction rate is proved to be at most {} in the best norm found; no lower bound is proved.",
        format_rate(*layer.upper, Kind::upper));
  }
  if (layer.lower) {
    return fmt::format("Its contraction rate is proved to be at least {} in every norm; no upper bound is known.",
                       format_rate(*layer.lower, Kind::lower));
  }
  return "";
}

std::string help_markup(const std::string& help) {
  std::string markup;
  bool code = false;
  for (std::size_t at = 0; at < help.size();) {
    const std::size_t quote = std::min(help.find('\'', at), help.size());
    const std::string part = printable(help.substr(at, quote - at));
    // A closing quote is missing, or the part holds the mark of code: then it stays text.
    const bool marked = code && quote < help.size() && part.find('`') == part.npos && !part.empty();
    markup += marked ? "`" + part + "`" : literal(part);
    code = !code;
    at = quote + 1;
  }
  return markup;
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  if (text.back() != '.') text += '.';
  return text;
}

}  // namespace unrecur::reports
