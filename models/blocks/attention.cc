#include "models/blocks/attention.h"

#include <cmath>
#include <limits>
#include <utility>

#include "models/arrays/product.h"

namespace unrecur {
/// The inputs in the states, m × reach · batch, those of a sequence beside each other, and their presence.
template <class S>
struct Attention<S>::Past {
  Matrix<S> inputs;
  Matrix<S> presence;  ///< reach × batch
};

template <class S>
typename Attention<S>::Past Attention<S>::past_of(const ConstMatrixRef<S>& initial) const {
  const Index m = inputs_;
  Past past{Matrix<S>(m, reach() * initial.cols()), Matrix<S>(reach(), initial.cols())};
  for (Index b = 0; b < initial.cols(); ++b) {
    for (Index j = 0; j < reach(); ++j) {
      past.inputs.col(b * reach() + j) = initial.block(j * (m + 1), b, m, 1);
      past.presence(j, b) = initial(j * (m + 1) + m, b);
    }
  }
  return past;
}

/// Steps [first, first + steps) of a sequence, which see the inputs [from, from + inputs), the past counted in.
template <class S>
struct Attention<S>::Stretch {
  Index first, steps, from, inputs;
  Index past;  ///< inputs before the first step of the sequence
  /// The first and one behind the last input, from `from` on, that step s of the stretch sees.
  Index low(Index s, Index context) const { return std::max<Index>(0, first + s + past + 1 - context - from); }
  Index high(Index s) const { return first + s + past + 1 - from; }
};

template <class S>
struct Attention<S>::Tape : LayerTape<S> {
  Past past;                       ///< no columns where nothing is there
  Matrix<S> projected;             ///< q, k, v of each column
  Matrix<S> past_projected;        ///< k, v of the past
  std::vector<Matrix<S>> weights;  ///< a, by sequence, stretch and head
  Matrix<S> mixed;                 ///< o
};

/// Keys, values, queries and presence of one sequence, its past first; or their gradients.
template <class S>
class Attention<S>::Sequence {
 public:
  Sequence(const Packing& packing, Index b, Index n, Index past)
      : packing_(packing), b_(b), n_(n), past_(past), steps_(packing.length(b)) {}

  Index steps() const { return steps_; }
  /// Rows of the steps of `columns`, and before them those of the past.
  Matrix<S> gather(const Matrix<S>& columns, Index row, const Matrix<S>& past_columns, Index past_row) const {
    Matrix<S> own(n_, past_ + steps_);
    if (past_ > 0) own.leftCols(past_) = past_columns.block(past_row, b_ * past_, n_, past_);
    for (Index t = 0; t < steps_; ++t) own.col(past_ + t) = columns.block(row, packing_.column(b_, t), n_, 1);
    return own;
  }
  Matrix<S> gather_steps(const Matrix<S>& columns, Index row) const {
    Matrix<S> own(n_, steps_);
    for (Index t = 0; t < steps_; ++t) own.col(t) = columns.block(row, packing_.column(b_, t), n_, 1);
    return own;
  }
  /// Puts them back.
  void scatter_steps(const ConstMatrixRef<S>& own, Matrix<S>& columns, Index row) const {
    for (Index t = 0; t < steps_; ++t) columns.block(row, packing_.column(b_, t), n_, 1) = own.col(t);
  }
  void scatter(const Matrix<S>& own, Matrix<S>& columns, Index row, Matrix<S>& past_columns, Index past_row) const {
    if (past_ > 0) past_columns.block(past_row, b_ * past_, n_, past_) = own.leftCols(past_);
    scatter_steps(own.rightCols(steps_), columns, row);
  }

 private:
  const Packing& packing_;
  Index b_, n_, past_, steps_;
};

template <class S>
Attention<S>::Attention(Index m, Index n, Options options) : inputs_(m), outputs_(n), options_(options) {
  this->parameters_.push_back({"in_proj_weight", Matrix<S>::Zero(3 * n, m)});
  this->parameters_.push_back({"in_proj_bias", Matrix<S>::Zero(3 * n, 1), 1});
  this->parameters_.push_back({"position", Matrix<S>::Zero(options.heads, options.context)});
  this->parameters_.push_back({"out_proj_weight", Matrix<S>::Zero(n, n)});
  this->parameters_.push_back({"out_proj_bias", Matrix<S>::Zero(n, 1), 1});
}

template <class S>
Attributes Attention<S>::attributes() const {
  return {{"heads", std::to_string(options_.heads)}, {"context", std::to_string(options_.context)}};
}

template <class S>
std::vector<WeightStart> Attention<S>::weight_starts() const {
  const auto range = [](Index in, Index out) { return std::sqrt(6.0 / static_cast<double>(in + out)); };
  return {{0.0, range(inputs_, 3 * outputs_)},
          {0.0, 0.0},
          {0.0, 0.0},
          {0.0, 1.0 / std::sqrt(static_cast<double>(outputs_))},
          {0.0, 0.0}};
}

template <class S>
std::unique_ptr<LayerTape<S>> Attention<S>::make_tape() const {
  return std::make_unique<Tape>();
}

template <class S>
std::vector<typename Attention<S>::Stretch> Attention<S>::stretches(Index steps, Index past) const {
  std::vector<Stretch> all;
  for (Index first = 0; first < steps; first += options_.context) {
    const Index count = std::min(options_.context, steps - first);
    const Index from = std::max<Index>(0, first + past + 1 - options_.context);
    all.push_back({first, count, from, first + count + past - from, past});
  }
  return all;
}

template <class S>
Matrix<S> Attention<S>::weights_of(const Stretch& stretch, Index head, const ConstMatrixRef<S>& keys,
                                   const ConstMatrixRef<S>& queries, const Vector<S>& presence) const {
  Matrix<S> a(stretch.inputs, stretch.steps);
  multiply_transposed<S>(keys, queries, a, S(0));
  const S scale = S(1) / std::sqrt(static_cast<S>(head_rows()));
  const auto position = this->weight(kPosition).row(head);
  for (Index s = 0; s < stretch.steps; ++s) {
    const Index low = stretch.low(s, options_.context), high = stretch.high(s);
    S largest = -std::numeric_limits<S>::infinity(), sum = S(0);
    for (Index e = low; e < high; ++e) {
      a(e, s) = scale * a(e, s) + position(high - 1 - e);
      if (stretch.from + e >= stretch.past || presence(stretch.from + e) != S(0)) largest = std::max(largest, a(e, s));
    }
    for (Index e = low; e < high; ++e) {
      const S p = stretch.from + e >= stretch.past ? S(1) : presence(stretch.from + e);
      // What is not there may have any score: exp of it must not overflow into 0 · ∞.
      a(e, s) = p == S(0) ? S(0) : p * p * std::exp(a(e, s) - largest);
      sum += a(e, s);
    }
    a.col(s).head(low).setZero();
    a.col(s).tail(stretch.inputs - high).setZero();
    a.col(s).segment(low, high - low) /= sum;
  }
  return a;
}

template <class S>
Matrix<S> Attention<S>::last_state(const Packing& packing, const ConstMatrixRef<S>& x,
                                   const ConstMatrixRef<S>& initial) const {
  const Index rows = inputs_ + 1;
  Matrix<S> last(sizes().state, packing.batch());
  for (Index b = 0; b < packing.batch() && reach() > 0; ++b) {
    const Index length = packing.length(b);
    for (Index j = 0; j < reach(); ++j) {
      const Index from = length - reach() + j;
      if (from < 0) {
        last.block(j * rows, b, rows, 1) = initial.block((length + j) * rows, b, rows, 1);
      } else {
        last.block(j * rows, b, inputs_, 1) = x.col(packing.column(b, from));
        last(j * rows + inputs_, b) = S(1);
      }
    }
  }
  return last;
}

template <class S>
void Attention<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                           LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<Tape>(tape);
  const Index n = outputs_, d = head_rows();
  own.past = past_of(initial);
  const Index past = (own.past.presence.array() != S(0)).any() ? reach() : 0;
  if (past == 0) own.past.inputs.resize(inputs_, 0);
  own.projected.resize(3 * n, packing.columns());
  multiply<S>(this->weight(kIn), x, own.projected, S(0));
  own.projected.colwise() += this->weight(kInBias).col(0);
  own.past_projected.resize(2 * n, own.past.inputs.cols());
  if (past > 0) {
    multiply<S>(this->weight(kIn).bottomRows(2 * n), own.past.inputs, own.past_projected, S(0));
    own.past_projected.colwise() += this->weight(kInBias).col(0).tail(2 * n);
  }
  own.mixed.resize(n, packing.columns());
  own.weights.clear();
  for (Index b = 0; b < packing.batch(); ++b) {
    const Sequence sequence(packing, b, n, past);
    const Matrix<S> q = sequence.gather_steps(own.projected, 0);
    const Matrix<S> k = sequence.gather(own.projected, n, own.past_projected, 0);
    const Matrix<S> v = sequence.gather(own.projected, 2 * n, own.past_projected, n);
    const Vector<S> presence = own.past.presence.col(b);
    Matrix<S> mixed(n, sequence.steps());
    for (const Stretch& stretch : stretches(sequence.steps(), past)) {
      for (Index head = 0; head < options_.heads; ++head) {
        own.weights.push_back(weights_of(stretch, head, k.block(head * d, stretch.from, d, stretch.inputs),
                                         q.block(head * d, stretch.first, d, stretch.steps), presence));
        multiply<S>(v.block(head * d, stretch.from, d, stretch.inputs), own.weights.back(),
                    mixed.block(head * d, stretch.first, d, stretch.steps), S(0));
      }
    }
    sequence.scatter_steps(mixed, own.mixed, 0);
  }
  output.resize(n, packing.columns());
  multiply<S>(this->weight(kOut), own.mixed, output, S(0));
  output.colwise() += this->weight(kOutBias).col(0);
  if (final_state != nullptr) *final_state = last_state(packing, x, initial);
}

/// One sequence on its way back: what it held, ∂loss/∂o, and the gradients of what it held.
template <class S>
struct Attention<S>::SequenceGradients {
  Matrix<S> q, k, v, d_o;
  Matrix<S> d_q, d_k, d_v;
  Vector<S> presence, d_presence;
};

template <class S>
void Attention<S>::head_backward(const Stretch& stretch, Index head, const Matrix<S>& a, SequenceGradients& sequence,
                                 Matrix<S>& d_position) const {
  const Index d = head_rows();
  const auto inputs = [&](auto& m) { return m.block(head * d, stretch.from, d, stretch.inputs); };
  const auto steps = [&](auto& m) { return m.block(head * d, stretch.first, d, stretch.steps); };
  multiply_by_transposed<S>(steps(sequence.d_o), a, inputs(sequence.d_v), S(1));
  Matrix<S> d_score(stretch.inputs, stretch.steps);
  multiply_transposed<S>(inputs(sequence.v), steps(sequence.d_o), d_score, S(0));
  const Vector<S> mean = a.cwiseProduct(d_score).colwise().sum().transpose();
  d_score.rowwise() -= mean.transpose();
  d_score.array() *= a.array();
  for (Index s = 0; s < stretch.steps; ++s) {
    const Index low = stretch.low(s, options_.context), high = stretch.high(s);
    for (Index e = low; e < high; ++e) d_position(head, high - 1 - e) += d_score(e, s);
    for (Index e = low; e < high && stretch.from + e < stretch.past; ++e) {
      const S p = sequence.presence(stretch.from + e);
      if (p != S(0)) sequence.d_presence(stretch.from + e) += S(2) * d_score(e, s) / p;
    }
  }
  d_score /= std::sqrt(static_cast<S>(d));
  multiply_by_transposed<S>(steps(sequence.q), d_score, inputs(sequence.d_k), S(1));
  multiply<S>(inputs(sequence.k), d_score, steps(sequence.d_q), S(1));
}

template <class S>
Matrix<S> Attention<S>::state_gradient(const Matrix<S>& d_past, const Matrix<S>& d_presence) const {
  const Index batch = d_presence.cols(), past = d_past.cols() / batch;
  Matrix<S> d_initial = Matrix<S>::Zero(sizes().state, batch), d_before(inputs_, d_past.cols());
  if (past == 0) return d_initial;
  multiply_transposed<S>(this->weight(kIn).bottomRows(2 * outputs_), d_past, d_before, S(0));
  for (Index b = 0; b < batch; ++b) {
    for (Index j = 0; j < past; ++j) {
      d_initial.block(j * (inputs_ + 1), b, inputs_, 1) = d_before.col(b * past + j);
      d_initial(j * (inputs_ + 1) + inputs_, b) = d_presence(j, b);
    }
  }
  return d_initial;
}

template <class S>
void Attention<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&,
                            const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output,
                            std::span<Parameter<S>> gradient, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<Tape>(tape);
  const Index n = outputs_, past = own.past.inputs.cols() > 0 ? reach() : 0;
  multiply_by_transposed<S>(d_output, own.mixed, gradient[kOut].value, S(1));
  gradient[kOutBias].value.col(0) += d_output.rowwise().sum();
  Matrix<S> d_mixed(n, packing.columns());
  multiply_transposed<S>(this->weight(kOut), d_output, d_mixed, S(0));

  Matrix<S> d_projected(3 * n, packing.columns()), d_past(2 * n, own.past.inputs.cols());
  Matrix<S> d_presence(reach(), packing.batch());
  std::size_t at = 0;
  for (Index b = 0; b < packing.batch(); ++b) {
    const Sequence places(packing, b, n, past);
    SequenceGradients sequence;
    sequence.q = places.gather_steps(own.projected, 0);
    sequence.k = places.gather(own.projected, n, own.past_projected, 0);
    sequence.v = places.gather(own.projected, 2 * n, own.past_projected, n);
    sequence.d_o = places.gather_steps(d_mixed, 0);
    sequence.d_q.setZero(n, sequence.q.cols());
    sequence.d_k.setZero(n, sequence.k.cols());
    sequence.d_v.setZero(n, sequence.v.cols());
    sequence.presence = own.past.presence.col(b);
    sequence.d_presence.setZero(reach());
    for (const Stretch& stretch : stretches(places.steps(), past)) {
      for (Index head = 0; head < options_.heads; ++head) {
        head_backward(stretch, head, own.weights[at++], sequence, gradient[kPosition].value);
      }
    }
    places.scatter_steps(sequence.d_q, d_projected, 0);
    places.scatter(sequence.d_k, d_projected, n, d_past, 0);
    places.scatter(sequence.d_v, d_projected, 2 * n, d_past, n);
    d_presence.col(b) = sequence.d_presence;
  }
  multiply_by_transposed<S>(d_projected, x, gradient[kIn].value, S(1));
  gradient[kInBias].value.col(0) += d_projected.rowwise().sum();
  if (past > 0) {
    multiply_by_transposed<S>(d_past, own.past.inputs, gradient[kIn].value.bottomRows(2 * n), S(1));
    gradient[kInBias].value.col(0).tail(2 * n) += d_past.rowwise().sum();
  }
  if (d_input != nullptr) {
    d_input->resize(inputs_, packing.columns());
    multiply_transposed<S>(this->weight(kIn), d_projected, *d_input, S(0));
  }
  if (d_initial != nullptr) *d_initial = state_gradient(d_past, d_presence);
}

template class Attention<float>;
template class Attention<double>;

}  // namespace unrecur
