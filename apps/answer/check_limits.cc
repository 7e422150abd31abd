#include "apps/answer/check_limits.h"

#include <fmt/format.h>

#include <cmath>

#include "reports/blocks/rates.h"

namespace unrecur {
namespace {

using reports::Kind;
using reports::Script;

/// "3, 7 and 9".
std::string list_of(const std::vector<Index>& units) {
  std::string text;
  for (std::size_t i = 0; i < units.size(); ++i) {
    text += i == 0 ? "" : i + 1 == units.size() ? " and " : ", ";
    text += std::to_string(units[i]);
  }
  return text;
}

std::vector<Index> units_of(const std::vector<GateRow>& rows) {
  std::vector<Index> units;
  for (const GateRow& row : rows) units.push_back(row.unit);
  return units;
}

/// "unit 3", "units 3, 7 and 9".
std::string units_text(const std::vector<Index>& units) {
  return (units.size() == 1 ? "unit " : "units ") + list_of(units);
}

bool holds_state(const GateLimit& gate) {
  return gate.gate.ends_with("forget") || gate.gate.ends_with("update");
}

/// Where the preactivation of a row comes from.
std::string sources_of(const GateRow& row) {
  return fmt::format(
      "its preactivation can reach {:.4g}, {:.4g} from the recurrent weights and {:.4g} from inputs and "
      "biases",
      row.recurrent + row.drive.high, row.recurrent, row.drive.high);
}

/// The gate that lets a state stay: how far it can open, and why.
std::string about_holder(const GateLimit& gate) {
  if (!gate.widest) {
    return fmt::format(
        "the {} gate can open fully, since inputs are not bounded; its recurrent weights alone move {} by "
        "up to {:.4g}",
        gate.gate, units_text({gate.rows.front().unit}), gate.rows.front().recurrent);
  }
  const std::string unit = units_text({gate.widest->unit});
  if (!gate.value) {
    return fmt::format("the {} gate of {} can come too near to 1 for any bound: {}", gate.gate, unit,
                       sources_of(*gate.widest));
  }
  return fmt::format("the {} gate of {} opens up to {}: {}", gate.gate, unit,
                     reports::format_rate(*gate.value, Kind::upper, Script::ascii), sources_of(*gate.widest));
}

const GateLimit* strongest(const std::vector<GateLimit>& gates) {
  const GateLimit* found = nullptr;
  for (const GateLimit& gate : gates) {
    if (gate.adds && (found == nullptr || *gate.adds > *found->adds)) found = &gate;
  }
  return found;
}

/// The gate of a stack's layers that opens furthest; one without a bound beats all.
const GateLimit* widest_holder(const std::vector<GateLimit>& gates) {
  const GateLimit* found = nullptr;
  const auto openness = [](const GateLimit& gate) { return gate.value.value_or(2.0); };
  for (const GateLimit& gate : gates) {
    if (holds_state(gate) && !gate.rows.empty() && (found == nullptr || openness(gate) > openness(*found)))
      found = &gate;
  }
  return found;
}

void tell_gated(reports::CheckedLayer& layer, const std::vector<GateLimit>& gates) {
  const GateLimit* holder = widest_holder(gates);
  if (holder == nullptr) return;
  layer.limits.push_back(about_holder(*holder));
  const GateRow& row = holder->widest ? *holder->widest : holder->rows.front();
  layer.limited_by = fmt::format("{} gate, unit {}", holder->gate, row.unit);
  if (const GateLimit* gate = strongest(gates)) {
    layer.limits.push_back(
        fmt::format("the recurrence acts most through the {} gate, which can add {:.4g} to a rate in "
                    "the infinity norm (rows of {})",
                    gate->gate, *gate->adds, units_text(units_of(gate->rows))));
    if (holder->value && *holder->value < *gate->adds) {
      layer.limited_by = fmt::format("{} gate, unit {}", gate->gate, gate->rows.front().unit);
    }
  }
}

void tell_slopes(reports::CheckedLayer& layer, const LayerReport& report) {
  if (const auto& mode = report.slowest_mode) {
    const bool linear = report.cell->kind() == "linear";
    layer.limits.push_back(fmt::format("{} has |eigenvalue| {:.9g}, mostly in {}",
                                       linear ? "the slowest mode" : "where all units are steepest, the slowest mode",
                                       mode->modulus, units_text(mode->units)));
    layer.limited_by = "mode of units " + list_of(mode->units);
  }
  for (const GateLimit& gate : report.limits) {
    if (gate.rows.empty()) continue;
    layer.limits.push_back(fmt::format(
        "of the rows of {}recurrent weights those of {} have the largest sums, up to "
        "{:.4g} in the infinity norm",
        gate.gate == "recurrent" ? "" : "the ", units_text(units_of(gate.rows)), gate.rows.front().recurrent));
    if (layer.limited_by.empty()) layer.limited_by = "rows " + list_of(units_of(gate.rows));
  }
}

reports::CheckedGate described(const GateLimit& gate) {
  reports::CheckedGate plain{gate.gate, gate.spectral_norm, gate.inf_norm, gate.value, gate.adds, {}};
  if (plain.adds && !std::isfinite(*plain.adds)) plain.adds.reset();
  for (const GateRow& row : gate.rows) plain.rows.push_back(row.unit);
  return plain;
}

}  // namespace

void add_limits(reports::CheckedLayer& layer, const LayerReport& report) {
  for (const GateLimit& gate : report.limits) layer.gates.push_back(described(gate));
  if (!report.cell || report.limits.empty()) return;
  if (widest_holder(report.limits) != nullptr) {
    tell_gated(layer, report.limits);
  } else {
    tell_slopes(layer, report);
  }
}

}  // namespace unrecur
