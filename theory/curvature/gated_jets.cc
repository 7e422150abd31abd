#include "models/cells/gru.h"
#include "theory/curvature/cell_jets.h"
#include "theory/gated/gate_box.h"

namespace unrecur {
namespace {

/// Jets of gates' rows.
class GateRows {
 public:
  GateRows(const Cell<double>& cell, const JetQuestion& question, const StateBall& read)
      : weights_(gated_weights(cell)), question_(question), read_(read) {}

  const GatedWeights& weights() const { return weights_; }
  Jet row(Index gate, Index j) const {
    const Index at = gate * weights_.n + j;
    return preactivation(question_, read_, weights_.recurrent.row(at).transpose(), weights_.input.row(at).transpose());
  }
  Jet gate(Index gate, Index j) const { return jet_through(weights_.gates, row(gate, j)); }

 private:
  GatedWeights weights_;
  const JetQuestion& question_;
  const StateBall& read_;
};

/// What stays in a box stays there after a step.
Jet kept(Jet jet, double limit) {
  jet.value = std::min(jet.value, limit);
  return jet;
}

/// The candidate's preactivation where the reset gate multiplies R_n h + b_hn.
Jet after_reset(const GateRows& rows, const JetQuestion& question, Index j) {
  const GatedWeights& w = rows.weights();
  const Index at = 2 * w.n + j;
  Jet product = question.states.combination(w.recurrent.row(at).transpose());
  if (w.recurrent_bias.size() > 0) product.value = add_up(product.value, std::abs(w.recurrent_bias(at)));
  const Jet driven = preactivation(question, question.states, Vector<double>::Zero(w.n), w.input.row(at).transpose());
  return jet_sum(jet_product(rows.gate(0, j), product), driven);
}

/// Where it multiplies h before the product: Σ_k R_jk r_k h_k.
Jet before_reset(const GateRows& rows, const JetQuestion& question, const Jets& gated, Index j) {
  const GatedWeights& w = rows.weights();
  const Index at = 2 * w.n + j;
  Jet sum = preactivation(question, question.states, Vector<double>::Zero(w.n), w.input.row(at).transpose());
  for (Index k = 0; k < w.n; ++k) {
    sum = jet_sum(sum, jet_scaled(std::abs(w.recurrent(at, k)), gated[static_cast<std::size_t>(k)]));
  }
  return sum;
}

}  // namespace

std::optional<Jets> lstm_jets(const Cell<double>& cell, const JetQuestion& question) {
  const CellShape shape = cell.shape();
  const StateBall h = question.states.rows(shape.output_row, shape.output);
  const GateRows rows(cell, question, h);
  const GatedWeights& w = rows.weights();
  Jets next(static_cast<std::size_t>(shape.state));
  for (Index j = 0; j < w.n; ++j) {
    const Jet candidate = jet_through(w.candidate, rows.row(2, j));
    const Jet c =
        jet_sum(jet_product(rows.gate(1, j), question.states.entry(j)), jet_product(rows.gate(0, j), candidate));
    const Jet memory = kept(c, question.states.limit(j));
    const Jet output = jet_product(rows.gate(3, j), jet_through(w.output, memory));
    next[static_cast<std::size_t>(j)] = memory;
    next[static_cast<std::size_t>(shape.output_row + j)] = kept(output, h.limit(j));
  }
  return next;
}

std::optional<Jets> gru_jets(const Cell<double>& cell, const JetQuestion& question) {
  const StateBall& h = question.states;
  const GateRows rows(cell, question, h);
  const GatedWeights& w = rows.weights();
  const bool after = cell.attributes().at("reset") == "after";
  Jets gated;
  for (Index k = 0; !after && k < w.n; ++k) gated.push_back(jet_product(rows.gate(0, k), h.entry(k)));
  Jets next;
  for (Index j = 0; j < w.n; ++j) {
    const Jet into = after ? after_reset(rows, question, j) : before_reset(rows, question, gated, j);
    const Jet candidate = jet_through(w.candidate, into);
    const Jet update = rows.gate(1, j);
    const Jet fresh{1.0, update.first, update.second};
    next.push_back(kept(jet_sum(jet_product(fresh, candidate), jet_product(update, h.entry(j))), h.limit(j)));
  }
  return next;
}

}  // namespace unrecur
