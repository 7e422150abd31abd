#include "theory/curvature/cell_jets.h"

#include <utility>

#include "models/layers/joint_cell.h"
#include "theory/certificates/kind_theory.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

std::optional<Jets> sloped_jets(const Cell<double>& cell, const JetQuestion& question) {
  const auto step = sloped_step(cell);
  const Matrix<double>* w = find_parameter(cell.parameters(), "weight_hh_l0");
  const Matrix<double>* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!step || w == nullptr || u == nullptr) return std::nullopt;
  const double stays = subtract_up(1.0, step->leak);
  Jets next;
  for (Index j = 0; j < w->rows(); ++j) {
    const Jet into = preactivation(question, question.states, w->row(j).transpose(), u->row(j).transpose());
    Jet value = jet_sum(jet_scaled(stays, question.states.entry(j)),
                        jet_scaled(step->leak, jet_through(step->activation, into)));
    value.value = std::min(value.value, question.states.limit(j));
    next.push_back(value);
  }
  return next;
}

std::optional<Jets> stack_jets(const Cell<double>& cell, const JetQuestion& question) {
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack == nullptr || !stack->plain()) return std::nullopt;
  Jets next, below = question.inputs;
  for (Index k = 0; k < stack->layers(); ++k) {
    const auto layer = stack->single_layer(k);
    const CellShape shape = layer->shape();
    const KindTheory* kind = find_kind_theory(layer->kind());
    if (kind == nullptr || kind->jets == nullptr || shape.output_row < 0) return std::nullopt;
    const auto own = question.states.rows(stack->sequence().state_row(k), shape.state);
    const auto jets = kind->jets(*layer, {own, std::move(below)});
    if (!jets) return std::nullopt;
    next.insert(next.end(), jets->begin(), jets->end());
    below.assign(jets->begin() + shape.output_row, jets->begin() + shape.output_row + shape.output);
  }
  return next;
}

}  // namespace unrecur
