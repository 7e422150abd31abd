#include "theory/check/rate_limits.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <string_view>

#include "models/layers/cell_registry.h"
#include "models/layers/joint_cell.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/kind_theory.h"
#include "theory/gated/lstm_rates.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
namespace {

constexpr Index kRowsShown = 3;
constexpr std::array<std::string_view, 1> kOneGate{"recurrent"};

std::span<const std::string_view> gate_names(const std::string& kind) {
  const CellType* type = find_cell_type(kind);
  return type == nullptr || type->gates.empty() ? std::span<const std::string_view>(kOneGate) : type->gates;
}

/// The places of the largest entries, the largest first; NaN comes last.
std::vector<Index> largest_entries(const Vector<double>& v) {
  std::vector<Index> order(static_cast<std::size_t>(v.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto count = static_cast<std::ptrdiff_t>(std::min(kRowsShown, v.size()));
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](Index a, Index b) { return v(a) > v(b) || (v(a) == v(a) && v(b) != v(b)); });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace

std::vector<GateLimit> gated_limits(const Cell<double>& cell, const InputSet& inputs,
                                    const std::optional<GateFactors>& known) {
  const GatedWeights w = gated_weights(cell);
  std::vector<GateLimit> limits = gate_norms(cell.kind(), w.recurrent);
  const std::vector<Interval> drive = gate_drives(w, inputs, w.recurrent.rows());
  const Vector<double> h = known ? known->h : Vector<double>::Ones(w.n);
  for (std::size_t g = 0; g < limits.size(); ++g) {
    const Matrix<double> absolute = w.recurrent_of(static_cast<Index>(g)).cwiseAbs();
    const Vector<double> sums = absolute.rowwise().sum(), reach = absolute * h;
    const auto drive_of = [&](Index j) {
      return drive[g * static_cast<std::size_t>(w.n) + static_cast<std::size_t>(j)];
    };
    Vector<double> highest(w.n);
    for (Index j = 0; j < w.n; ++j) highest(j) = reach(j) + drive_of(j).high;
    const bool bounded = highest.allFinite();
    const Vector<double> size = known ? known->factor[g].cwiseProduct(sums) : bounded ? highest : reach;
    const auto row_at = [&](Index j) {
      return GateRow{j, reach(j), drive_of(j), known ? std::optional(size(j)) : std::nullopt};
    };
    GateLimit& limit = limits[g];
    for (const Index j : largest_entries(size)) limit.rows.push_back(row_at(j));
    if (bounded && w.n > 0) limit.widest = row_at(largest_entries(highest).front());
    if (known && w.n > 0) {
      limit.value = known->value[g].maxCoeff();
      limit.adds = limit.rows.front().adds;
    }
  }
  return limits;
}

std::vector<GateLimit> lstm_limits(const Cell<double>& cell, const InputSet& inputs) {
  std::optional<GateFactors> known;
  if (const auto lstm = boxed_lstm(cell, inputs)) {
    const LstmBox& box = lstm->box;
    const LstmCoefficients by = lstm_coefficients(box);
    known = {box.h, {box.i.value, box.f.value, box.z.value, box.o.value}, {by.i, by.f, by.z, by.o}};
  }
  return gated_limits(cell, inputs, known);
}

std::vector<GateLimit> sloped_limits(const Cell<double>& cell, const InputSet&) {
  const auto map = slope_map(cell);
  if (!map || !map->well_formed()) return {};
  std::vector<GateLimit> limits = gate_norms(cell.kind(), map->w);
  const Vector<double> sums = map->w.cwiseAbs().rowwise().sum();
  const double factor = map->leak * map->largest_slope();
  for (const Index j : largest_entries(sums)) limits[0].rows.push_back({j, sums(j), {}, factor * sums(j)});
  if (!limits[0].rows.empty()) limits[0].adds = limits[0].rows.front().adds;
  return limits;
}

namespace {

/// A layer above another reads its output.
InputSet inputs_above(const Cell<double>& below) {
  const auto bound = output_bound(below);
  return bound ? InputSet::box(*bound) : InputSet::anything();
}

}  // namespace

std::vector<GateLimit> stack_limits(const Cell<double>& cell, const InputSet& inputs) {
  std::vector<GateLimit> all;
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack == nullptr) return all;
  InputSet of_layer = inputs;
  for (Index k = 0; k < stack->layers(); ++k) {
    const auto layer = stack->single_layer(k);
    for (GateLimit& limit : rate_limits(*layer, of_layer)) {
      limit.gate.insert(0, "layer " + std::to_string(k) + ": ");
      all.push_back(std::move(limit));
    }
    of_layer = inputs_above(*layer);
    if (stack->skip() == Skip::dense) of_layer = InputSet::anything();
    // Sums of all outputs so far, each within 1.
    if (stack->skip() == Skip::residual && of_layer.bound()) of_layer = InputSet::box(static_cast<double>(k + 1));
  }
  return all;
}

std::vector<GateLimit> gate_norms(const std::string& kind, const Matrix<double>& recurrent) {
  const auto names = gate_names(kind);
  const Index count = static_cast<Index>(names.size());
  std::vector<GateLimit> limits;
  if (recurrent.size() == 0 || recurrent.rows() % count != 0) return limits;
  const Index n = recurrent.rows() / count;
  for (Index g = 0; g < count; ++g) {
    const auto block = recurrent.middleRows(g * n, n);
    GateLimit limit;
    limit.gate = names[static_cast<std::size_t>(g)];
    limit.spectral_norm = SpectralNormProof(block).estimate();
    limit.inf_norm = block.cwiseAbs().rowwise().sum().maxCoeff();
    limits.push_back(std::move(limit));
  }
  return limits;
}

std::vector<GateLimit> rate_limits(const Cell<double>& cell, const InputSet& inputs) {
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->limits != nullptr ? kind->limits(cell, inputs) : std::vector<GateLimit>{};
}

std::optional<SlowestMode> slowest_mode(const Cell<double>& cell) {
  constexpr Index largest = 512;
  const auto map = slope_map(cell);
  if (!map || !map->well_formed() || map->size() > largest) return std::nullopt;
  Matrix<double> jacobian = (map->leak * map->largest_slope()) * map->w;
  jacobian.diagonal().array() += 1.0 - map->leak;
  const GeneralEigen modes = general_eigen(jacobian);
  if (!modes.converged) return std::nullopt;
  Index slowest = 0;
  const double modulus = modes.values.cwiseAbs().maxCoeff(&slowest);
  return SlowestMode{modulus, largest_entries(modes.vectors.col(slowest).cwiseAbs())};
}

}  // namespace unrecur
