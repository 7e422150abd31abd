// How far a model is from its truncations on the user's inputs.

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "experiments/truncation/bounds.h"
#include "experiments/truncation/gap.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/shared/finite.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;

FileError wrong_shape(const std::string& file, const ModelSpec& spec) {
  const std::string wanted =
      spec.symbols > 0
          ? "[steps] or [sequences, steps] of symbols below " + std::to_string(spec.symbols)
          : "[steps, " + std::to_string(spec.frame) + "] or [sequences, steps, " + std::to_string(spec.frame) + "]";
  return FileError({file, "shape", "expected " + wanted, "the last axis is the model's input"});
}

Batch<double> symbol_sequence(const Matrix<double>& row, const std::string& file, const ModelSpec& spec) {
  Batch<double> batch;
  batch.packing = Packing::single(row.size());
  for (Index t = 0; t < row.size(); ++t) {
    const double symbol = row(t);
    if (!(symbol >= 0.0 && symbol < static_cast<double>(spec.symbols) && symbol == std::floor(symbol))) {
      throw FileError({file, "element " + std::to_string(t),
                       fmt::format("expected a symbol from 0 to {}, found {}", spec.symbols - 1, symbol), ""});
    }
    batch.symbols.push_back(static_cast<int>(symbol));
  }
  return batch;
}

/// The sequences of an array of inputs, one batch each.
std::vector<Batch<double>> sequences_of(const NumpyArray& array, const std::string& file, const ModelSpec& spec) {
  require_finite(array.values, file, "the array");
  const bool symbolic = spec.symbols > 0;
  const std::size_t axes = array.shape.size(), least = symbolic ? 1 : 2;
  if (axes < least || axes > least + 1 || array.values.size() == 0) throw wrong_shape(file, spec);
  if (!symbolic && array.shape.back() != spec.frame) throw wrong_shape(file, spec);
  if (symbolic && spec.window != 1) throw UsageError("truncate reads models with one symbol a step");
  std::vector<Batch<double>> sequences;
  const Index steps = symbolic ? array.shape.back() : array.shape[axes - 2];
  const Index count = axes == least ? 1 : static_cast<Index>(array.shape.front());
  for (Index s = 0; s < count; ++s) {
    if (symbolic) {
      const Matrix<double> row =
          axes == 1 ? Matrix<double>(array.values.transpose()) : Matrix<double>(array.values.row(s));
      sequences.push_back(symbol_sequence(row, file, spec));
    } else {
      Batch<double> batch;
      batch.packing = Packing::single(steps);
      batch.frames = array.values.middleRows(s * steps, steps).transpose();
      sequences.push_back(std::move(batch));
    }
  }
  return sequences;
}

json json_of(const GapCurves& gap, const GapBounds& bounds, double epsilon) {
  json orders = json::array();
  for (std::size_t i = 0; i < gap.state_max.size(); ++i) {
    const Index k = static_cast<Index>(i) + 1;
    json row = {{"k", k},
                {"state_gap_max", gap.state_max[i]},
                {"state_gap_mean", gap.state_mean[i]},
                {"output_gap_max", gap.output_max[i]},
                {"bound", bounds.sharpest_bound ? json(bounds.sharpest_bound->at(k)) : json()}};
    orders.push_back(std::move(row));
  }
  const auto promised = bounds.sharpest_bound ? bounds.sharpest_bound->context(epsilon) : std::nullopt;
  const auto measured = first_order_within(gap.state_max, epsilon);
  return {{"schema", "unrecur.truncate/1"},
          {"epsilon", epsilon},
          {"k_promised", promised ? json(*promised) : json()},
          {"k_measured", measured ? json(*measured) : json()},
          {"rate_upper", bounds.rate() ? json(*bounds.rate()) : json()},
          {"orders", orders}};
}

/// An upper bound to six digits, rounded up: what is printed is one too.
std::string bound_text(const json& bound) {
  constexpr double half_a_digit = 5e-6;
  return bound.is_null() ? "none" : fmt::format("{:.6g}", bound.get<double>() * (1.0 + 1.01 * half_a_digit));
}

void print(const json& document) {
  fmt::print("{:>5} {:>14} {:>14} {:>14} {:>14}\n", "k", "largest gap", "mean gap", "output gap", "proved bound");
  for (const json& row : document["orders"]) {
    fmt::print("{:>5} {:>14.6g} {:>14.6g} {:>14.6g} {:>14}\n", row["k"].get<Index>(),
               row["state_gap_max"].get<double>(), row["state_gap_mean"].get<double>(),
               row["output_gap_max"].get<double>(), bound_text(row["bound"]));
  }
  const auto order = [&](const char* key) {
    return document[key].is_null() ? std::string("none") : std::to_string(document[key].get<Index>());
  };
  fmt::print("context for an error of {:g}: measured {}, proved {}\n", document["epsilon"].get<double>(),
             order("k_measured"), order("k_promised"));
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("truncate", "Measures the gap between a model and its truncations on given inputs.");
  line.positional("MODEL", "a model file that unrecur train or reproduce wrote", 1, 1);
  line.option("inputs", "FILE.npy", "inputs, [steps, size] or [sequences, steps, size]; symbols without the last axis");
  line.option("kmax", "K", "largest truncation order; default 64");
  line.option("epsilon", "E", "error for which the context is asked; default 0.001");
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur truncate model.safetensors --inputs x.npy --kmax 100", "a table of the gap against k");
  if (!line.parse(arguments)) return 0;
  const auto inputs = line.path("inputs");
  if (!inputs) throw UsageError("truncate needs --inputs FILE.npy");
  const double epsilon = line.number("epsilon", 1e-300, 1e300).value_or(1e-3);
  const SequenceModel<double> model = cast_model<double>(load_model(line.words().front()));
  const auto sequences = sequences_of(read_npy(*inputs), inputs->string(), model.spec());
  const GapCurves gap = measure_gap(model, sequences, line.whole("kmax", 1, 1000000).value_or(64));
  const json document = json_of(gap, gap_bounds(model.cell(), largest_input(model, sequences), epsilon), epsilon);
  if (line.has("json")) {
    std::cout << document.dump(2) << "\n";
  } else {
    print(document);
  }
  return 0;
}

}  // namespace

extern const Verb truncate;
const Verb truncate = {"truncate", "measures the gap against the truncation order on given inputs", 4, run};

}  // namespace unrecur::registry::verbs
