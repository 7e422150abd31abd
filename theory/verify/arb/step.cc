#include "theory/verify/arb/step.h"

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {
namespace {

/// Preactivations U x + R h + b of a gated cell, row by row.
Ball preactivation(const Gated& g, Index row, const std::vector<Ball>& h, const std::vector<Ball>& x) {
  Ball sum = dot(*g.input, row, x) + dot(*g.recurrent, row, h);
  if (g.bias != nullptr) sum += (*g.bias)(row, 0);
  return sum;
}

Ball recurrent_bias(const Gated& g, Index row) {
  return g.recurrent_bias != nullptr ? Ball((*g.recurrent_bias)(row, 0)) : Ball(0.0);
}

bool fits(const Gated& g, Index states, const std::vector<Ball>& state, const std::vector<Ball>& input) {
  return std::ssize(state) == states && std::ssize(input) == g.input->cols();
}

}  // namespace

Step step_of_sloped(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
                    Derivative derivative) {
  const auto map = sloped_of(layer);
  if (!map || !map->leak_makes_sense()) return {.reason = "the cell is not one that is known here"};
  const Index n = map->n;
  const auto column = [n](const Matrix<double>* b) { return b == nullptr || (b->rows() == n && b->cols() == 1); };
  const bool fit = std::ssize(state) == n && map->u != nullptr && map->u->rows() == n &&
                   map->u->cols() == std::ssize(input) && column(map->bias) && column(map->recurrent_bias);
  if (!fit) return {.reason = "weights, state and input do not fit each other"};
  const Index columns = derivative == Derivative::yes ? n : 0;
  Step step{.jacobian = BallMatrix(columns, columns)};
  for (Index j = 0; j < n; ++j) {
    Ball a = dot(*map->w, j, state) + dot(*map->u, j, input);
    for (const Matrix<double>* bias : {map->bias, map->recurrent_bias}) {
      if (bias != nullptr) a += (*bias)(j, 0);
    }
    const Ball value = map->activation.value(a);
    step.state.push_back((Ball(1.0) - map->alpha) * state[static_cast<std::size_t>(j)] + map->alpha * value);
    if (columns == 0) continue;
    const Ball slope = map->activation.slopes(a, value);
    for (Index k = 0; k < columns; ++k) step.jacobian(j, k) = map->entry(j, k, slope);
  }
  return step;
}

// c' = κ f c + i z, h' = o tanh(c'), state (c, h); κ the cap, 1 where there is none.
Step step_of_lstm(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
                  Derivative derivative) {
  const auto g = read_gated(layer, 4);
  if (!g || !fits(*g, 2 * g->n, state, input)) return {.reason = "weights, state and input do not fit an LSTM"};
  const Index n = g->n;
  const Matrix<double>& r = *g->recurrent;
  const Ball cap(g->cap);
  const std::vector<Ball> h(state.begin() + n, state.end());
  const auto gate = [&](Index which, Index j) {
    return preactivation(*g, which * n + j, h, input) + recurrent_bias(*g, which * n + j);
  };
  Step step{.state = std::vector<Ball>(2 * static_cast<std::size_t>(n))};
  if (derivative == Derivative::yes) step.jacobian = BallMatrix(2 * n, 2 * n);
  for (Index j = 0; j < n; ++j) {
    const auto at = static_cast<std::size_t>(j);
    const Ball& c = state[at];
    const Ball a_i = gate(0, j), a_f = gate(1, j), a_z = gate(2, j), a_o = gate(3, j);
    const Ball i = g->gates.value(a_i), f = g->gates.value(a_f), z = g->candidate.value(a_z), o = g->gates.value(a_o);
    const Ball keep = cap * f, next = keep * c + i * z, t = g->output.value(next);
    step.state[at] = next;
    step.state[at + static_cast<std::size_t>(n)] = o * t;
    if (derivative == Derivative::no) continue;
    const Ball out = o * g->output.slopes(next, t);
    step.jacobian(j, j) = keep;
    step.jacobian(n + j, j) = out * keep;
    const Ball by_i = z * g->gates.slopes(a_i, i), by_f = c * cap * g->gates.slopes(a_f, f);
    const Ball by_z = i * g->candidate.slopes(a_z, z);
    const Ball by_o = t * g->gates.slopes(a_o, o);
    for (Index k = 0; k < n; ++k) {
      const Ball cell = by_i * r(j, k) + by_f * r(n + j, k) + by_z * r(2 * n + j, k);
      step.jacobian(j, n + k) = cell;
      step.jacobian(n + j, n + k) = out * cell + by_o * r(3 * n + j, k);
    }
  }
  return step;
}

// h' = z h + (1 − z) n; the reset gate multiplies R_n h + b' (after) or h (before).
Step step_of_gru(const Layer& layer, const std::vector<Ball>& h, const std::vector<Ball>& input,
                 Derivative derivative) {
  const auto g = read_gated(layer, 3);
  const auto reset = layer.attributes.find("reset");
  if (reset == layer.attributes.end() || (reset->second != "after" && reset->second != "before")) {
    return {.reason = "the convention of the reset gate is not given"};
  }
  if (!g || !fits(*g, g->n, h, input)) return {.reason = "weights, state and input do not fit a GRU"};
  const bool after = reset->second == "after";
  const Index n = g->n;
  const Matrix<double>& w = *g->recurrent;
  const auto at = [](Index k) { return static_cast<std::size_t>(k); };
  std::vector<Ball> r, r_slope, gated;
  const Index columns = derivative == Derivative::yes ? n : 0;
  BallMatrix d_gated(columns, columns);  // ∂(r h)/∂h
  for (Index k = 0; k < n; ++k) {
    const Ball a = preactivation(*g, k, h, input) + recurrent_bias(*g, k);
    r.push_back(g->gates.value(a));
    gated.push_back(r[at(k)] * h[at(k)]);
    if (derivative == Derivative::no) continue;
    r_slope.push_back(g->gates.slopes(a, r.back()));
    const Ball slope = h[at(k)] * r_slope.back();
    for (Index l = 0; l < n; ++l) d_gated(k, l) = slope * w(k, l);
    d_gated(k, k) += r[at(k)];
  }
  BallMatrix inside = after || columns == 0 ? BallMatrix(columns, columns) : product(w.bottomRows(n), d_gated);
  Step step{.jacobian = BallMatrix(columns, columns)};
  for (Index j = 0; j < n; ++j) {
    const Index row = 2 * n + j;
    const Ball a_z = preactivation(*g, n + j, h, input) + recurrent_bias(*g, n + j), z = g->gates.value(a_z);
    const Ball own = dot(w, row, h) + recurrent_bias(*g, row);
    Ball a = after ? r[at(j)] * own : dot(w, row, gated) + recurrent_bias(*g, row);
    a += dot(*g->input, row, input);
    if (g->bias != nullptr) a += (*g->bias)(row, 0);
    const Ball candidate = g->candidate.value(a);
    step.state.push_back(z * h[at(j)] + (Ball(1.0) - z) * candidate);
    if (derivative == Derivative::no) continue;
    const Ball by_candidate = (Ball(1.0) - z) * g->candidate.slopes(a, candidate);
    const Ball by_update = (h[at(j)] - candidate) * g->gates.slopes(a_z, z);
    const Ball by_reset = own * r_slope[at(j)];
    for (Index k = 0; k < n; ++k) {
      if (after) inside(j, k) = r[at(j)] * w(row, k) + by_reset * w(j, k);
      step.jacobian(j, k) = by_candidate * inside(j, k) + by_update * w(n + j, k);
    }
    step.jacobian(j, j) += z;
  }
  return step;
}

Step step_of(const Layer& layer, const std::vector<Ball>& state, const std::vector<Ball>& input,
             Derivative derivative) {
  const KindProof* kind = find_kind_proof(layer.kind);
  if (kind != nullptr && kind->step != nullptr) return kind->step(layer, state, input, derivative);
  return {.reason = "no proof here for cells of kind " + layer.kind};
}

}  // namespace unrecur::verify
