#include "apps/answer/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/blocks/rates.h"
#include "reports/check/words.h"
#include "reports/print/printable.h"

namespace unrecur {
namespace {

using reports::CheckedBound;
using reports::CheckedEstimates;
using reports::CheckedGate;
using reports::CheckedLayer;
using reports::CheckedModel;
using reports::Kind;
using reports::printable;

constexpr std::size_t kWidth = 100;
constexpr std::size_t kMostLayersInFull = 4;

/// The words of a text; what stands between single quotes is one, so that commands can be copied.
std::vector<std::string> format_choice(const std::string& text) {
  std::vector<std::string> words;
  bool quoted = false, open = false;
  for (const char c : printable(text)) {
    if (c == '\'') quoted = !quoted;
    if (c == ' ' && !quoted) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    words.back() += c;
  }
  return words;
}

/// A text in lines of at most kWidth columns, where words allow; all but the first begin with `indent` spaces.
std::string wrapped(const std::string& head, const std::string& text, std::size_t indent) {
  if (text.empty()) return "";
  std::string page = head;
  std::size_t column = head.size();
  bool begun = false;
  for (const std::string& word : format_choice(text)) {
    if (begun && column + 1 + word.size() > kWidth) {
      page += "\n" + std::string(indent, ' ') + word;
      column = indent + word.size();
    } else {
      page += (begun ? " " : "") + word;
      column += (begun ? 1 : 0) + word.size();
    }
    begun = true;
  }
  return page + "\n";
}

std::string rate_text(const std::optional<double>& rate, Kind side) {
  return rate ? reports::format_rate(*rate, side, reports::Script::ascii) : "-";
}

/// What is proved of the rate, and how far floating lower bounds go beyond that.
std::string bracket_of(const CheckedLayer& layer) {
  const std::string low = layer.lower ? "at least " + rate_text(layer.lower, Kind::lower) + " in every norm" : "";
  const std::string high =
      layer.upper ? "at most " + rate_text(layer.upper, Kind::upper) + " in the best norm found" : "";
  std::string text = low.empty() && high.empty() ? "nothing is proved of it"
                                                 : "proved " + low + (low.empty() || high.empty() ? "" : ", ") + high;
  std::optional<double> floating;
  for (const CheckedBound& bound : layer.bounds) {
    if (bound.side == Kind::lower && bound.rate && !bound.proved)
      floating = std::max(floating.value_or(0.0), *bound.rate);
  }
  if (floating && *floating > layer.lower.value_or(0.0)) {
    text += "; not proved: at least " + rate_text(floating, Kind::lower);
  }
  return text;
}

std::string field(const char* name, const std::string& text) {
  constexpr std::size_t indent = 12;
  return text.empty() ? "" : wrapped(fmt::format("  {:<10}", name), text, indent);
}

std::string list(const char* title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string page = fmt::format("\n  {}\n", title);
  for (const std::string& item : items) page += wrapped("    - ", item, 6);
  return page;
}

/// Rungs that found nothing for the same reason share a line.
std::string ladder(const std::vector<CheckedBound>& bounds) {
  if (bounds.empty()) return "";
  std::string page =
      fmt::format("\n  {:<31} {:<6} {:<9} {:>14} {:>9}  {}\n", "ladder", "side", "rigour", "rate", "seconds", "norm");
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const CheckedBound& bound = bounds[i];
    const bool found = bound.rate.has_value();
    page += fmt::format("  {:<31} {:<6} {:<9} {:>14} {:>9.4f}  {}\n", bound.method,
                        bound.side == Kind::upper ? "upper" : "lower",
                        !found         ? "-"
                        : bound.proved ? "proved"
                                       : "floating",
                        rate_text(bound.rate, bound.side), bound.seconds, bound.norm.empty() ? "-" : bound.norm);
    const bool said_again = i + 1 < bounds.size() && !found && !bounds[i + 1].rate && bounds[i + 1].note == bound.note;
    if (!bound.note.empty() && !said_again) page += wrapped("      ", bound.note, 6);
  }
  return page;
}

std::string gates(const std::vector<CheckedGate>& gates) {
  if (gates.size() < 2) return "";
  std::size_t longest = 4;
  for (const CheckedGate& gate : gates) longest = std::max(longest, gate.name.size());
  std::string page = fmt::format("\n  {:<{}} {:>10} {:>10} {:>14} {:>12}  {}\n", "gate", longest, "||R||_2",
                                 "||R||_inf", "value up to", "adds up to", "strongest rows");
  for (const CheckedGate& gate : gates) {
    page += fmt::format("  {:<{}} {:>10.6g} {:>10.6g} {:>14} {:>12}  {}\n", gate.name, longest, gate.spectral_norm,
                        gate.inf_norm, rate_text(gate.value, Kind::upper), rate_text(gate.adds, Kind::upper),
                        fmt::join(gate.rows, ", "));
  }
  return page;
}

std::string estimates(const std::optional<CheckedEstimates>& e) {
  if (!e) return "";
  std::string page = wrapped("\n  ", "estimates along " + e->source + " (they bound nothing)", 4);
  const auto line = [&](const char* name, const std::string& text) {
    page += fmt::format("    {:<40} {}\n", name, text);
  };
  if (e->lyapunov_max) {
    const auto& interval = e->lyapunov_interval;
    line("exp(largest Lyapunov exponent)",
         fmt::format("{:.4g}{}", std::exp(*e->lyapunov_max),
                     interval ? fmt::format("  (95%: {:.4g} to {:.4g}, {} steps)", std::exp(interval->first),
                                            std::exp(interval->second), e->steps)
                              : fmt::format("  ({} steps)", e->steps)));
  }
  std::string roots;
  for (std::size_t i = 0; i < e->roots.size(); ++i) {
    roots += fmt::format("{}k={}:{:.4g}", i == 0 ? "" : "  ", e->orders[i], e->roots[i]);
  }
  if (!roots.empty()) page += wrapped(fmt::format("    {:<40} ", "k-step gain, k-th root"), roots, 45);
  if (e->ascent_gain) line("largest ratio of one step found", fmt::format("{:.4g}", *e->ascent_gain));
  return page;
}

std::string in_full(const CheckedLayer& layer, double epsilon) {
  std::string page = fmt::format("\n{}: {}\n", printable(layer.name), layer.verdict);
  page += wrapped("  ", reports::context_words(layer.context, epsilon), 2);
  page += wrapped("  ", layer.answer, 2);
  page += "\n" + field("rate", layer.bounds.empty() ? "" : bracket_of(layer));
  page += field("context", layer.context.note);
  page += field("measured", reports::measured_words(layer.context, epsilon));
  page += field("layer", fmt::format("{}; spectral norm of the recurrent weights {:.8g}", layer.description,
                                     layer.recurrent_norm));
  page += field("holds for", layer.domain);
  const bool said = std::find(layer.help.begin(), layer.help.end(), layer.note) != layer.help.end();
  page += field("note", said ? "" : layer.note);
  page += list("what keeps the rate up", layer.limits);
  page += list("what would help", layer.help);
  return page + gates(layer.gates) + ladder(layer.bounds) + estimates(layer.estimates);
}

std::string or_dash(const std::string& cell) {
  return cell.empty() ? "-" : cell;
}

std::string overview(const CheckedModel& answer) {
  std::size_t longest = 5;
  for (const CheckedLayer& layer : answer.layers) longest = std::max(longest, printable(layer.name).size());
  const char* line = "{:<{}}  {:<9}  {:<6} {:>5}  {:>8} {:>8}  {:>13} {:>13}  {}\n";
  std::string page = "\n" + fmt::format(fmt::runtime(line), "layer", longest, "verdict", "cell", "units", "needs k",
                                        "enough k", "rate at least", "at most", "limited by");
  for (const CheckedLayer& layer : answer.layers) {
    page += fmt::format(fmt::runtime(line), printable(layer.name), longest, layer.verdict, layer.cell, layer.state_size,
                        or_dash(reports::needed_cell(layer.context)), or_dash(reports::enough_cell(layer.context)),
                        rate_text(layer.lower, Kind::lower), rate_text(layer.upper, Kind::upper),
                        printable(layer.limited_by));
  }
  return page;
}

/// What helps some layers, each once, with how many it helps.
std::string help_of_many(const CheckedModel& answer) {
  std::vector<std::pair<std::string, int>> helps;
  for (const CheckedLayer& layer : answer.layers) {
    for (const std::string& help : layer.help) {
      const auto same = std::find_if(helps.begin(), helps.end(), [&](const auto& h) { return h.first == help; });
      if (same == helps.end()) {
        helps.emplace_back(help, 1);
      } else {
        ++same->second;
      }
    }
  }
  std::vector<std::string> lines;
  for (const auto& [help, count] : helps) {
    lines.push_back(static_cast<std::size_t>(count) == answer.layers.size()
                        ? help
                        : fmt::format("{} ({} of {} layers)", help, count, answer.layers.size()));
  }
  return list("what would help", lines);
}

}  // namespace

std::string check_text(const CheckedModel& answer, Dialect dialect) {
  std::string page = fmt::format("{} ({}): {}\n", printable(answer.path), answer.format, answer.verdict);
  if (answer.layers.size() > 1) {
    page += wrapped("  ", reports::context_sentence(answer.context, answer.epsilon, "the model"), 2);
    page += wrapped("  ", reports::measured_words(answer.context, answer.epsilon), 2) + overview(answer);
  }
  if (answer.layers.size() > kMostLayersInFull) {
    const bool python = dialect == Dialect::python;
    return page + help_of_many(answer) +
           fmt::format("\n  {} shows the ladder of one layer, {} those of all\n",
                       option_words(dialect, "layer", "NAME"),
                       python ? "to_html()" : option_words(dialect, "html", "FILE"));
  }
  for (const CheckedLayer& layer : answer.layers) page += in_full(layer, answer.epsilon);
  return page;
}

}  // namespace unrecur
