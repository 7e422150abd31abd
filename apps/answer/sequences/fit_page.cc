#include "apps/answer/sequences/fit_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/check/words.h"

namespace unrecur {
namespace {

using reports::Block;
using reports::Chapter;
using reports::Curve;
using reports::Family;
using reports::Figure;
using reports::Kind;
using reports::literal;
using reports::Prose;
using reports::Table;

std::string words_of_family(TwinFamily family) {
  switch (family) {
    case TwinFamily::truncated:
      return "truncated: the model itself over the last k inputs";
    case TwinFamily::fir:
      return "fir: an affine map of them";
    case TwinFamily::volterra:
      return "volterra: with products of two";
    case TwinFamily::tcn:
      return "tcn: trained convolutions";
  }
  return "";
}

/// The points of a curve that a logarithmic axis can show.
void add_point(Curve& curve, Index k, double value) {
  if (!std::isfinite(value) || value <= 0.0) return;
  curve.x.push_back(static_cast<double>(k));
  curve.y.push_back(value);
}

Figure error_figure(const FitAnswer& answer) {
  Figure figure{.id = "twin-error",
                .title = "Error against the inputs that are seen",
                .caption =
                    "Root mean square of the difference from the model's output over that of the output, on "
                    "steps that nothing was fitted to.",
                .x = {"k", true},
                .y = {"error", true},
                .families = {},
                .curves = {},
                .levels = {},
                .wide = true};
  if (answer.fit.epsilon > 0.0) figure.levels.push_back({'y', answer.fit.epsilon, "asked for"});
  int colour = 0;
  for (const TwinFamily family : answer.options.families) {
    Curve curve{std::string(name_of(family)), {}, {}, {}};
    for (const FittedTwin& twin : answer.fit.twins) {
      if (twin.family == family) add_point(curve, twin.order, twin.error);
    }
    figure.families.push_back({curve.family, words_of_family(family), Kind::measured, ++colour});
    if (!curve.x.empty()) figure.curves.push_back(std::move(curve));
  }
  return figure;
}

/// Nothing where no truncation is among the twins.
std::optional<Figure> gap_figure(const FitAnswer& answer) {
  Curve gap{"gap", {}, {}, {}}, bound{"bound", {}, {}, {}};
  for (const FittedTwin& twin : answer.fit.twins) {
    if (twin.state_gap) add_point(gap, twin.order, *twin.state_gap);
    if (twin.bound) add_point(bound, twin.order, twin.bound->value);
  }
  if (gap.x.empty()) return std::nullopt;
  Figure figure{.id = "twin-gap",
                .title = "States of truncations",
                .caption =
                    "The largest Euclidean distance between the states of the model and of its truncation over "
                    "the last k inputs, on steps that were held out.",
                .x = {"k", true},
                .y = {"state gap", true},
                .families = {{"gap", "largest gap, measured", Kind::measured, 1}},
                .curves = {std::move(gap)},
                .levels = {},
                .wide = true};
  if (!bound.x.empty()) {
    figure.caption += " The bound is proved for every step of every sequence within the range of the inputs.";
    figure.families.push_back({"bound", "proved bound", Kind::upper, 2});
    figure.curves.push_back(std::move(bound));
  } else {
    figure.caption += " No contraction rate below 1 is proved of the model, so there is no bound.";
  }
  return figure;
}

std::string number_or_nothing(const std::optional<double>& value) {
  return value ? reports::format_number(*value, 4) : reports::kNothing;
}

Table twins_table(const FitAnswer& answer) {
  const bool losses = answer.fit.teacher_loss.has_value();
  Table table{.id = "twins",
              .caption = "All twins. Work is in multiply-adds for each step, the whole window again.",
              .columns = {{"family"},
                          {"k", true},
                          {"error", true},
                          {"largest gap", true},
                          {"state gap", true},
                          {"proved bound", true},
                          {"parameters", true},
                          {"multiply-adds", true}},
              .rows = {}};
  if (losses) {
    table.columns.push_back({"loss", true});
    table.caption += " Loss of the model itself: " + number_or_nothing(answer.fit.teacher_loss) + ".";
  }
  for (const FittedTwin& twin : answer.fit.twins) {
    const auto bound = twin.bound ? std::optional<double>(twin.bound->value) : std::nullopt;
    std::vector<std::string> row{std::string(name_of(twin.family)),     std::to_string(twin.order),
                                 reports::format_number(twin.error, 4), reports::format_number(twin.largest_gap, 4),
                                 number_or_nothing(twin.state_gap),     number_or_nothing(bound),
                                 std::to_string(twin.parameters),       std::to_string(twin.multiply_adds)};
    if (losses) row.push_back(number_or_nothing(twin.loss));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> answers_of(const FitAnswer& answer) {
  const TwinFit& fit = answer.fit;
  const std::string error = reports::format_number(fit.epsilon, 4);
  std::vector<std::string> lines;
  if (fit.cheapest) {
    const FittedTwin& twin = fit.twins[*fit.cheapest];
    lines.push_back(fmt::format(
        "**Yes, within an error of {}**: the cheapest twin is {} with k = {}, {} multiply-adds "
        "a step, error {}.",
        error, name_of(twin.family), twin.order, twin.multiply_adds, reports::format_number(twin.error, 3)));
  } else {
    lines.push_back(fmt::format("**No twin of these has an error of at most {}.**", error));
  }
  std::string smallest;
  for (const TwinFamily family : answer.options.families) {
    const auto k = fit.smallest_order(family);
    smallest += fmt::format("{}{} {}", smallest.empty() ? "" : ", ", name_of(family), k ? std::to_string(*k) : "none");
  }
  lines.push_back("Smallest k for that error: " + smallest + ".");
  lines.push_back(
      fmt::format("Imitated: {} {} a step, {}, of root mean square {}. Fitted to {} steps, measured on {} others.",
                  answer.teacher.outputs(), answer.teacher.outputs() == 1 ? "number" : "numbers",
                  answer.teacher.head ? "what the head says" : "what the last recurrent layer gives out",
                  reports::format_number(fit.output_rms, 4), fit.fitted_steps, fit.held_out_steps));
  for (const auto& file : answer.written) lines.push_back("Written: `" + reports::printable(file.string()) + "`.");
  return lines;
}

Chapter file_chapter(const FitAnswer& answer) {
  return {"file-facts", "The file", {reports::file_table(answer.model.file, answer.model.sha256, answer.model.format)}};
}

}  // namespace

reports::Document fit_page(const FitAnswer& answer) {
  reports::Document document;
  document.title =
      reports::printable("Does " + reports::file_name_of(answer.model.file) + " have a feed-forward twin?");
  document.subtitle = "Answered by unrecur fit";
  document.answers = answers_of(answer);
  document.chapters.push_back({"error", "Error against k", {error_figure(answer)}});
  if (auto gap = gap_figure(answer)) document.chapters.push_back({"gap", "Truncations", {std::move(*gap)}});
  std::vector<Block> blocks{twins_table(answer)};
  for (const std::string& line : answer.fit.left_out) blocks.push_back(Prose{"Left out: " + literal(line) + "."});
  document.chapters.push_back({"twins", "All twins", std::move(blocks)});
  document.chapters.push_back(file_chapter(answer));
  return document;
}

}  // namespace unrecur
