#include "models/feedforward/attention.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

enum Weights : std::size_t { kIn, kInBias, kPosition, kOut, kOutBias };
constexpr Index kLargestState = Index{1} << 31;

/// The inputs in the states, m × reach · batch, those of a sequence beside each other, and their presence.
template <class S>
struct Past {
  Matrix<S> inputs;
  Matrix<S> presence;  ///< reach × batch
};

template <class S>
Past<S> past_of(Index m, Index reach, const ConstMatrixRef<S>& initial) {
  Past<S> past{Matrix<S>(m, reach * initial.cols()), Matrix<S>(reach, initial.cols())};
  for (Index b = 0; b < initial.cols(); ++b) {
    for (Index j = 0; j < reach; ++j) {
      past.inputs.col(b * reach + j) = initial.block(j * (m + 1), b, m, 1);
      past.presence(j, b) = initial(j * (m + 1) + m, b);
    }
  }
  return past;
}

}  // namespace

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
  Past<S> past;                    ///< no columns where nothing is there
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
  own.past = past_of<S>(inputs_, reach(), initial);
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

template <class S>
void Attention<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&,
                            const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output,
                            std::span<Parameter<S>> gradient, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<Tape>(tape);
  const Index n = outputs_, d = head_rows(), past = own.past.inputs.cols() > 0 ? reach() : 0;
  const S scale = S(1) / std::sqrt(static_cast<S>(d));
  multiply_by_transposed<S>(d_output, own.mixed, gradient[kOut].value, S(1));
  gradient[kOutBias].value.col(0) += d_output.rowwise().sum();
  Matrix<S> d_mixed(n, packing.columns());
  multiply_transposed<S>(this->weight(kOut), d_output, d_mixed, S(0));

  Matrix<S> d_projected(3 * n, packing.columns()), d_past(2 * n, own.past.inputs.cols());
  Matrix<S> d_presence = Matrix<S>::Zero(reach(), packing.batch());
  std::size_t at = 0;
  for (Index b = 0; b < packing.batch(); ++b) {
    const Sequence sequence(packing, b, n, past);
    const Matrix<S> q = sequence.gather_steps(own.projected, 0), d_o = sequence.gather_steps(d_mixed, 0);
    const Matrix<S> k = sequence.gather(own.projected, n, own.past_projected, 0);
    const Matrix<S> v = sequence.gather(own.projected, 2 * n, own.past_projected, n);
    Matrix<S> d_q = Matrix<S>::Zero(n, q.cols()), d_k = Matrix<S>::Zero(n, k.cols()), d_v = d_k, d_a;
    for (const Stretch& stretch : stretches(sequence.steps(), past)) {
      for (Index head = 0; head < options_.heads; ++head) {
        const Matrix<S>& a = own.weights[at++];
        const auto inputs = [&](auto& m) { return m.block(head * d, stretch.from, d, stretch.inputs); };
        const auto steps = [&](auto& m) { return m.block(head * d, stretch.first, d, stretch.steps); };
        multiply_by_transposed<S>(steps(d_o), a, inputs(d_v), S(1));
        d_a.resize(stretch.inputs, stretch.steps);
        multiply_transposed<S>(inputs(v), steps(d_o), d_a, S(0));
        const Vector<S> mean = a.cwiseProduct(d_a).colwise().sum().transpose();
        d_a.rowwise() -= mean.transpose();
        d_a.array() *= a.array();  // ∂loss/∂score
        for (Index s = 0; s < stretch.steps; ++s) {
          const Index low = stretch.low(s, options_.context), high = stretch.high(s);
          for (Index e = low; e < high; ++e) gradient[kPosition].value(head, high - 1 - e) += d_a(e, s);
          for (Index e = low; e < high && stretch.from + e < past; ++e) {
            const S p = own.past.presence(stretch.from + e, b);
            if (p != S(0)) d_presence(stretch.from + e, b) += S(2) * d_a(e, s) / p;
          }
        }
        d_a *= scale;
        multiply_by_transposed<S>(steps(q), d_a, inputs(d_k), S(1));
        multiply<S>(inputs(k), d_a, steps(d_q), S(1));
      }
    }
    sequence.scatter_steps(d_q, d_projected, 0);
    sequence.scatter(d_k, d_projected, n, d_past, 0);
    sequence.scatter(d_v, d_projected, 2 * n, d_past, n);
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
  if (d_initial == nullptr) return;
  d_initial->setZero(sizes().state, packing.batch());
  if (past == 0) return;
  Matrix<S> d_before(inputs_, d_past.cols());
  multiply_transposed<S>(this->weight(kIn).bottomRows(2 * n), d_past, d_before, S(0));
  for (Index b = 0; b < packing.batch(); ++b) {
    for (Index j = 0; j < past; ++j) {
      d_initial->block(j * (inputs_ + 1), b, inputs_, 1) = d_before.col(b * past + j);
      (*d_initial)(j * (inputs_ + 1) + inputs_, b) = d_presence(j, b);
    }
  }
}

/// Keeps the keys and values of the last w steps, a slot for each.
template <class S>
class Attention<S>::Stream : public LayerStream<S> {
 public:
  Stream(const Attention& layer, Index batch)
      : layer_(layer),
        keys_(Matrix<S>::Zero(layer.outputs_, layer.options_.context * batch)),
        values_(keys_),
        mixed_(layer.outputs_, batch) {}

  void step(const ConstMatrixRef<S>& x, Matrix<S>& output) override {
    const Index n = layer_.outputs_, d = layer_.head_rows(), batch = mixed_.cols(), context = layer_.options_.context;
    projected_.resize(3 * n, batch);
    multiply<S>(layer_.weight(kIn), x, projected_, S(0));
    projected_.colwise() += layer_.weight(kInBias).col(0);
    const Index now = steps_++ % context, seen = std::min(steps_, context);
    keys_.middleCols(now * batch, batch) = projected_.middleRows(n, n);
    values_.middleCols(now * batch, batch) = projected_.bottomRows(n);
    const S scale = S(1) / std::sqrt(static_cast<S>(d));
    Vector<S> a(seen);
    for (Index b = 0; b < batch; ++b) {
      for (Index head = 0; head < layer_.options_.heads; ++head) {
        const auto column = [&](Index j) { return ((now + context - j) % context) * batch + b; };
        for (Index j = 0; j < seen; ++j) {
          a(j) = scale * keys_.block(head * d, column(j), d, 1).col(0).dot(projected_.block(head * d, b, d, 1).col(0)) +
                 layer_.weight(kPosition)(head, j);
        }
        a = (a.array() - a.maxCoeff()).exp();
        a /= a.sum();
        auto mixed = mixed_.block(head * d, b, d, 1);
        mixed.setZero();
        for (Index j = 0; j < seen; ++j) mixed += a(j) * values_.block(head * d, column(j), d, 1);
      }
    }
    output.resize(n, batch);
    multiply<S>(layer_.weight(kOut), mixed_, output, S(0));
    output.colwise() += layer_.weight(kOutBias).col(0);
  }

 private:
  const Attention& layer_;
  Matrix<S> keys_, values_;  ///< n × w · batch, the sequences of a slot beside each other
  Matrix<S> mixed_, projected_;
  Index steps_ = 0;
};

template <class S>
std::unique_ptr<LayerStream<S>> Attention<S>::stream(Index batch) const {
  return std::make_unique<Stream>(*this, batch);
}

template class Attention<float>;
template class Attention<double>;

namespace {

struct AttentionSizes {
  Index heads, context;
};

AttentionSizes attention_sizes(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("attention", attributes);
  const double heads = read.number("heads", 1.0), context = read.number("context", 64.0);
  read.require_all_known();
  const auto whole = [](double number) { return number >= 1.0 && number <= 1e6 && number == std::floor(number); };
  if (m < 1 || n < 1 || !whole(heads) || !whole(context) || n % static_cast<Index>(heads) != 0) {
    throw UsageError(
        "attention: expected a context and heads, whole numbers from 1 to 1e6, and outputs that the heads "
        "part evenly; found context " +
        decimal(context) + ", heads " + decimal(heads) + " and outputs " + std::to_string(n));
  }
  if (m > kLargestState / static_cast<Index>(context)) throw UsageError("attention reaches too far back");
  return {static_cast<Index>(heads), static_cast<Index>(context)};
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  const AttentionSizes sizes = attention_sizes(m, n, attributes);
  return std::make_unique<Attention<S>>(m, n,
                                        typename Attention<S>::Options{.heads = sizes.heads, .context = sizes.context});
}

double weights(Index m, Index n, const Attributes& attributes) {
  const AttentionSizes sizes = attention_sizes(m, n, attributes);
  const double out = static_cast<double>(n);
  return 3.0 * out * (static_cast<double>(m) + 1.0) + out * (out + 1.0) +
         static_cast<double>(sizes.heads) * static_cast<double>(sizes.context);
}

constexpr CellAttribute kAttributes[] = {{"heads", "1"}, {"context", "64"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType attention;
const LayerType attention{.kind = "attention",
                          .make_float = &make<float>,
                          .make_double = &make<double>,
                          .weights = &weights,
                          .attributes = kAttributes};
}  // namespace registry::feedforward

}  // namespace unrecur
