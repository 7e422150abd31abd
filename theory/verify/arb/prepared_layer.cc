#include "theory/verify/arb/prepared_layer.h"

#include <utility>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/sloped.h"

namespace unrecur::verify {
namespace {

using Balls = std::vector<Ball>;

std::size_t at(Index k) {
  return static_cast<std::size_t>(k);
}

/// Rows of doubles as balls.
class Rows {
 public:
  explicit Rows(const Matrix<double>& a) : cols_(a.cols()) {
    static_assert(sizeof(Ball) == sizeof(arb_struct), "balls lie in a vector as Arb's numbers do in an array");
    entries_.reserve(static_cast<std::size_t>(a.size()));
    for (Index j = 0; j < a.rows(); ++j) {
      for (Index k = 0; k < a.cols(); ++k) entries_.emplace_back(a(j, k));
    }
  }

  /// first + Σ_k A_row,k v_k over the columns of A, rounded once.
  Ball dot(Index row, const Ball* v, const Ball& first) const {
    Ball sum;
    arb_dot(sum.raw(), first.raw(), 0, entries_[at(row * cols_)].raw(), 1, v->raw(), 1, cols_, Ball::bits());
    return sum;
  }

 private:
  Index cols_;
  Balls entries_;
};

Ball entry(const Matrix<double>* column, Index row) {
  return column == nullptr ? Ball(0.0) : Ball((*column)(row, 0));
}

class PreparedSloped : public PreparedLayer {
 public:
  PreparedSloped(Sloped map) : map_(std::move(map)), recurrent_(*map_.w), input_(*map_.u) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index j = 0; j < map_.n; ++j) drive.push_back(input_.dot(j, input.data(), entry(map_.bias, j)));
    return drive;
  }

  void step(Balls& state, const Balls& drive) const override {
    Balls next;
    for (Index j = 0; j < map_.n; ++j) {
      const Ball y = activated(recurrent_.dot(j, state.data(), drive[at(j)]));
      next.push_back(map_.alpha_is_one ? y : (Ball(1.0) - map_.alpha) * state[at(j)] + map_.alpha * y);
    }
    state = std::move(next);
  }

 private:
  Ball activated(const Ball& a) const {
    if (map_.activation == "identity") return a;
    if (map_.activation == "tanh") return tanh(a);
    if (map_.activation == "sigmoid") return sigmoid(a);
    return max(a, Ball(0.0));
  }

  Sloped map_;
  Rows recurrent_, input_;
};

/// What LSTM and GRU have in common.
class PreparedGates : public PreparedLayer {
 public:
  explicit PreparedGates(const Gated& gates) : gates_(gates), recurrent_(*gates.recurrent), input_(*gates.input) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index row = 0; row < gates_.recurrent->rows(); ++row) {
      Ball first = entry(gates_.bias, row);
      if (row < shared_rows()) first += entry(gates_.recurrent_bias, row);
      drive.push_back(input_.dot(row, input.data(), first));
    }
    return drive;
  }

 protected:
  /// Rows in which the recurrent bias does nothing but add.
  virtual Index shared_rows() const { return gates_.recurrent->rows(); }

  Gated gates_;
  Rows recurrent_, input_;
};

/// c' = f c + i z, h' = o tanh(c'), state (c, h).
class PreparedLstm : public PreparedGates {
 public:
  using PreparedGates::PreparedGates;

  void step(Balls& state, const Balls& drive) const override {
    const Index n = gates_.n;
    Balls next(state.size());
    const auto gate = [&](Index which, Index j) {
      return recurrent_.dot(which * n + j, &state[at(n)], drive[at(which * n + j)]);
    };
    for (Index j = 0; j < n; ++j) {
      Ball c = sigmoid(gate(1, j)) * state[at(j)] + sigmoid(gate(0, j)) * tanh(gate(2, j));
      next[at(n + j)] = sigmoid(gate(3, j)) * tanh(c);
      next[at(j)] = std::move(c);
    }
    state = std::move(next);
  }
};

/// h' = z h + (1 − z) n; the reset gate multiplies R_n h + b' (after) or h (before).
class PreparedGru : public PreparedGates {
 public:
  PreparedGru(const Gated& gates, bool after) : PreparedGates(gates), after_(after) {}

  void step(Balls& h, const Balls& drive) const override {
    const Index n = gates_.n;
    Balls reset, gated, next;
    for (Index k = 0; k < n; ++k) {
      reset.push_back(sigmoid(recurrent_.dot(k, h.data(), drive[at(k)])));
      if (!after_) gated.push_back(reset.back() * h[at(k)]);
    }
    for (Index j = 0; j < n; ++j) {
      const Index row = 2 * n + j;
      const Ball z = sigmoid(recurrent_.dot(n + j, h.data(), drive[at(n + j)]));
      const Ball a = after_ ? drive[at(row)] + reset[at(j)] * recurrent_.dot(row, h.data(), own_bias(row))
                            : recurrent_.dot(row, gated.data(), drive[at(row)]);
      next.push_back(z * h[at(j)] + (Ball(1.0) - z) * tanh(a));
    }
    h = std::move(next);
  }

 private:
  Index shared_rows() const override { return after_ ? 2 * gates_.n : 3 * gates_.n; }
  Ball own_bias(Index row) const { return entry(gates_.recurrent_bias, row); }

  bool after_;
};

std::unique_ptr<PreparedLayer> prepare_sloped(const Layer& layer) {
  auto map = read_sloped(layer);
  if (!map || !map->leak_makes_sense() || map->u == nullptr || map->u->rows() != map->n) return nullptr;
  if (map->bias != nullptr && (map->bias->rows() != map->n || map->bias->cols() != 1)) return nullptr;
  const bool known = map->activation == "identity" || map->activation == "tanh" || map->activation == "sigmoid" ||
                     map->activation == "relu";
  return known ? std::make_unique<PreparedSloped>(std::move(*map)) : nullptr;
}

}  // namespace

std::unique_ptr<PreparedLayer> prepare(const Layer& layer, std::string& reason) {
  std::unique_ptr<PreparedLayer> prepared;
  if (layer.kind == "elman" || layer.kind == "linear") prepared = prepare_sloped(layer);
  if (layer.kind == "lstm") {
    if (const auto gates = read_gated(layer, 4)) prepared = std::make_unique<PreparedLstm>(*gates);
  }
  if (layer.kind == "gru") {
    const auto reset = layer.attributes.find("reset");
    const bool said = reset != layer.attributes.end() && (reset->second == "after" || reset->second == "before");
    const auto gates = read_gated(layer, 3);
    if (said && gates) prepared = std::make_unique<PreparedGru>(*gates, reset->second == "after");
  }
  if (!prepared) reason = "no proof here for this cell of kind " + layer.kind;
  return prepared;
}

}  // namespace unrecur::verify
