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

Table file_table(const std::string& path, const std::string& sha256, const std::string& format) {
  return {"file",
          "The file.",
          {{"what"}, {"value"}},
          {{"path", shown(path)}, {"SHA-256", "`" + sha256 + "`"}, {"format", shown(format)}}};
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
  const bool together = model.verdict == "refuted" && refuted == 0;
  return fmt::format("Of {} recurrent layer{} {} {} proved to forget, {} {} refuted, {} {} undecided{}.",
                     model.layers.size(), model.layers.size() == 1 ? "" : "s", proved, is(proved), refuted, is(refuted),
                     undecided, is(undecided), together ? "; all of them together are refuted" : "");
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

namespace {

/// With a comma every three digits.
std::string grouped(long long value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

}  // namespace

std::string context_words(const CheckedContext& context, double epsilon) {
  std::string error = fmt::format("for an error of {:g}", epsilon);
  if (!context.of_words.empty()) error += " " + printable(context.of_words);
  if (context.for_ever) return fmt::format("no number of steps of context is enough {} (bistable)", error);
  if (context.at_least) {
    const std::string above =
        context.k ? fmt::format("at most {} (proved)", grouped(*context.k)) : "no upper bound is known";
    return fmt::format("needs at least {} steps of context {} (witness){} {}", grouped(*context.at_least), error,
                       context.k ? "," : ";", above);
  }
  return context.k ? fmt::format("needs at most {} steps of context {} (proved)", grouped(*context.k), error) : "";
}

std::string context_sentence(const CheckedContext& context, double epsilon, const std::string& subject) {
  const std::string words = context_words(context, epsilon);
  return sentence(words.starts_with("needs") ? subject + " " + words : words);
}

std::string needed_cell(const CheckedContext& context) {
  if (context.for_ever) return "all";
  return context.at_least ? grouped(*context.at_least) : "";
}

std::string enough_cell(const CheckedContext& context) {
  if (context.for_ever) return "none";
  return context.k ? grouped(*context.k) : "";
}

std::string measured_words(const CheckedContext& context, double epsilon) {
  if (!context.measured) return "";
  const MeasuredContext& m = *context.measured;
  const std::string gaps = fmt::format("the largest gap is {:.3g}, the median {:.3g}", m.largest, m.median);
  if (m.k) return fmt::format("along the recording {} steps are enough for {:g}: {}", grouped(*m.k), epsilon, gaps);
  return fmt::format("along the recording {} steps are not enough for {:g}: {}", grouped(m.orders), epsilon, gaps);
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
