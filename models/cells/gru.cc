#include "models/cells/gru.h"

#include "base/errors.h"
#include "models/arrays/hyperbolic_tangent.h"
#include "models/arrays/product.h"
#include "models/cells/gates.h"
#include "models/layers/activation_attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {

template <class S>
Gru<S>::Gru(Index m, Index n, Options options) : options_(options) {
  this->add_weights(m, n, kGates * n, true);
  if (options.recurrent_bias) this->parameters_.push_back({"bias_hh_l0", Matrix<S>::Zero(kGates * n, 1), 1});
  if (!options.gates.is_gate()) {
    throw UsageError("the gates of a gru cell: expected sigmoid or hard_sigmoid, found " + name_of(options.gates.kind));
  }
}

template <class S>
CellShape Gru<S>::shape() const {
  const Index n = units();
  return {.input = this->input_weights().cols(), .state = n, .output = n, .output_row = 0};
}

template <class S>
Attributes Gru<S>::attributes() const {
  Attributes attributes{{"reset", after() ? "after" : "before"},
                        {"recurrent_bias", options_.recurrent_bias ? "true" : "false"}};
  write_activation(attributes, "gates", options_.gates, Activation::sigmoid);
  write_activation(attributes, "candidate", options_.candidate, Activation::tanh);
  return attributes;
}

template <class S>
Vector<S> Gru<S>::drive_bias() const {
  Vector<S> bias = this->weight(this->kBias).col(0);
  if (options_.recurrent_bias) {
    const Index rows = after() ? kCandidate * units() : kGates * units();
    bias.head(rows) += this->weight(kRecurrentBias).col(0).head(rows);
  }
  return bias;
}

template <class S>
bool Gru<S>::standard() const {
  return options_.gates.kind == Activation::sigmoid && options_.candidate.kind == Activation::tanh;
}

template <class S>
Matrix<S> Gru<S>::slopes(const ConstMatrixRef<S>& gates) const {
  const Index n = units();
  Matrix<S> slopes = slopes_at<S>(options_.gates, gates);
  slopes.bottomRows(n) = slopes_at<S>(options_.candidate, gates.bottomRows(n));
  return slopes;
}

template <class S>
void Gru<S>::forward_step(MatrixRef<S> gates, const ConstMatrixRef<S>& state, MatrixRef<S> next,
                          MatrixRef<S> extra) const {
  const Index n = units();
  multiply<S>(gate_weights(), state, gates.topRows(kCandidate * n), S(1));
  if (!standard()) activate<S>(options_.gates, gates.topRows(kCandidate * n));
  for (Index j = 0; j < gates.cols(); ++j) {
    auto rz = gates.col(j).head(kCandidate * n).array();
    if (standard()) rz = rz.logistic();
    if (!after()) extra.col(j).array() = gate(gates, kReset, n, j) * state.col(j).array();
  }
  if (after()) {
    multiply<S>(candidate_weights(), state, extra, S(0));
    if (options_.recurrent_bias) extra.colwise() += this->weight(kRecurrentBias).col(0).tail(n);
  } else {
    multiply<S>(candidate_weights(), extra, gates.bottomRows(n), S(1));
  }
  for (Index j = 0; j < gates.cols(); ++j) {
    auto candidate = gate(gates, kCandidate, n, j);
    if (after()) candidate += gate(gates, kReset, n, j) * extra.col(j).array();
    if (standard()) {
      take_tanh<S>(candidate.matrix());
    } else {
      activate<S>(options_.candidate, gates.col(j).segment(kCandidate * n, n));
    }
    next.col(j).array() = candidate + gate(gates, kUpdate, n, j) * (state.col(j).array() - candidate);
  }
}

namespace {

/// Slopes at the values of r, z and n (k = 0, 1, 2), as expressions of these or from where they are stored.
template <class S>
struct FormulaSlopesOfGru {
  const ConstMatrixRef<S>& gates;
  Index n;

  auto of_gate(Index k, Index j) const {
    const auto value = gate(gates, k, n, j);
    return value * (S(1) - value);
  }
  /// x σ'
  template <class X>
  auto times_gate(const X& x, Index k, Index j) const {
    const auto value = gate(gates, k, n, j);
    return x * value * (S(1) - value);
  }
  auto of_candidate(Index j) const { return S(1) - gate(gates, 2, n, j).square(); }
};

template <class S>
struct StoredSlopesOfGru {
  const Matrix<S>& gates;
  Index n;

  auto of_gate(Index k, Index j) const { return gate(gates, k, n, j); }
  template <class X>
  auto times_gate(const X& x, Index k, Index j) const {
    return x * gate(gates, k, n, j);
  }
  auto of_candidate(Index j) const { return gate(gates, 2, n, j); }
};

}  // namespace

template <class S>
void Gru<S>::backward_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> d_state, MatrixRef<S> d_drive) const {
  if (standard()) {
    backward_by(step, FormulaSlopesOfGru<S>{step.gates, units()}, d_state, d_drive);
  } else {
    const Matrix<S> stored = slopes(step.gates);
    backward_by(step, StoredSlopesOfGru<S>{stored, units()}, d_state, d_drive);
  }
}

template <class S>
template <class AllSlopes>
void Gru<S>::backward_by(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, MatrixRef<S> d_state,
                         MatrixRef<S> d_drive) const {
  const Index n = units();
  for (Index j = 0; j < d_state.cols(); ++j) {
    const auto z = gate(step.gates, kUpdate, n, j), candidate = gate(step.gates, kCandidate, n, j);
    auto d_h = d_state.col(j).array();
    gate(d_drive, kUpdate, n, j) = slopes.times_gate(d_h * (step.state.col(j).array() - candidate), kUpdate, j);
    gate(d_drive, kCandidate, n, j) = d_h * (S(1) - z) * slopes.of_candidate(j);
    d_h *= z;
  }
  // ∂loss/∂(W_n h + b_hn) or ∂loss/∂(r ∘ h).
  Matrix<S> d_extra(n, d_state.cols());
  if (!after()) multiply_transposed<S>(candidate_weights(), d_drive.bottomRows(n), d_extra, S(0));
  for (Index j = 0; j < d_state.cols(); ++j) {
    const auto r = gate(step.gates, kReset, n, j);
    const auto d_candidate = gate(d_drive, kCandidate, n, j);
    auto d_reset = gate(d_drive, kReset, n, j);
    auto d_s = d_extra.col(j).array();
    if (after()) {
      d_s = d_candidate * r;
      d_reset = slopes.times_gate(d_candidate * step.extra.col(j).array(), kReset, j);
    } else {
      d_reset = slopes.times_gate(d_s * step.state.col(j).array(), kReset, j);
      d_state.col(j).array() += d_s * r;
    }
  }
  if (after()) multiply_transposed<S>(candidate_weights(), d_extra, d_state, S(1));
  multiply_transposed<S>(gate_weights(), d_drive.topRows(kCandidate * n), d_state, S(1));
}

template <class S>
void Gru<S>::jvp_step(const typename DrivenCell<S>::Step& step, const ConstMatrixRef<S>& v, MatrixRef<S> drive,
                      MatrixRef<S> out) const {
  if (standard()) {
    jvp_by(step, FormulaSlopesOfGru<S>{step.gates, units()}, v, drive, out);
  } else {
    const Matrix<S> stored = slopes(step.gates);
    jvp_by(step, StoredSlopesOfGru<S>{stored, units()}, v, drive, out);
  }
}

template <class S>
template <class AllSlopes>
void Gru<S>::jvp_by(const typename DrivenCell<S>::Step& step, const AllSlopes& slopes, const ConstMatrixRef<S>& v,
                    MatrixRef<S> drive, MatrixRef<S> out) const {
  const Index n = units();
  multiply<S>(gate_weights(), v, drive.topRows(kCandidate * n), S(1));
  // Tangent of W_n h + b_hn or of r ∘ h; that of r stays in the drive.
  Matrix<S> extra(n, v.cols());
  if (after()) multiply<S>(candidate_weights(), v, extra, S(0));
  for (Index j = 0; j < v.cols(); ++j) {
    const auto r = gate(step.gates, kReset, n, j);
    auto a_r = gate(drive, kReset, n, j);
    a_r *= slopes.of_gate(kReset, j);
    if (after()) {
      gate(drive, kCandidate, n, j) += a_r * step.extra.col(j).array() + r * extra.col(j).array();
    } else {
      extra.col(j).array() = a_r * step.state.col(j).array() + r * v.col(j).array();
    }
  }
  if (!after()) multiply<S>(candidate_weights(), extra, drive.bottomRows(n), S(1));
  for (Index j = 0; j < v.cols(); ++j) {
    const auto z = gate(step.gates, kUpdate, n, j), candidate = gate(step.gates, kCandidate, n, j);
    out.col(j).array() =
        (S(1) - z) * slopes.of_candidate(j) * gate(drive, kCandidate, n, j) +
        slopes.times_gate(step.state.col(j).array() - candidate, kUpdate, j) * gate(drive, kUpdate, n, j) +
        z * v.col(j).array();
  }
}

template <class S>
bool Gru<S>::diagonal_step(const typename DrivenCell<S>::Step& step, MatrixRef<S> out) const {
  const Index n = units();
  const Matrix<S> slope = slopes(step.gates);
  const Vector<S> w_r = gate_weights().topRows(n).diagonal(), w_z = gate_weights().bottomRows(n).diagonal();
  const Vector<S> w_n = candidate_weights().diagonal();
  // What the candidate's drive moves by; r ∘ h of the others moves with h_j as well.
  Matrix<S> of_candidate(n, out.cols());
  if (after()) {
    of_candidate = slope.topRows(n).cwiseProduct(step.extra).array().colwise() * w_r.array();
  } else {
    const Matrix<S> through_reset =
        candidate_weights().cwiseProduct(gate_weights().topRows(n).transpose());  // W_n,jl W_r,lj
    multiply<S>(through_reset, slope.topRows(n).cwiseProduct(step.state), of_candidate, S(0));
  }
  of_candidate.array() += step.gates.topRows(n).array().colwise() * w_n.array();
  for (Index j = 0; j < out.cols(); ++j) {
    const auto z = gate(step.gates, kUpdate, n, j), candidate = gate(step.gates, kCandidate, n, j);
    out.col(j).array() = (S(1) - z) * gate(slope, kCandidate, n, j) * of_candidate.col(j).array() +
                         (step.state.col(j).array() - candidate) * gate(slope, kUpdate, n, j) * w_z.array() + z;
  }
  return true;
}

template <class S>
void Gru<S>::recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                const DrivenTape<S>& tape, std::span<Parameter<S>> gradient) const {
  const Index n = units(), rows = kCandidate * n;
  auto& d_weights = gradient[this->kRecurrent].value;
  multiply_by_transposed<S>(d_drive.topRows(rows), previous, d_weights.topRows(rows), S(1));
  if (options_.recurrent_bias)
    gradient[kRecurrentBias].value.col(0).head(rows) += d_drive.topRows(rows).rowwise().sum();
  const auto d_candidate = d_drive.bottomRows(n);
  if (after()) {
    const Matrix<S> d_product = d_candidate.cwiseProduct(tape.gates.topRows(n));
    multiply_by_transposed<S>(d_product, previous, d_weights.bottomRows(n), S(1));
    if (options_.recurrent_bias) gradient[kRecurrentBias].value.col(0).tail(n) += d_product.rowwise().sum();
  } else {
    multiply_by_transposed<S>(d_candidate, tape.extra, d_weights.bottomRows(n), S(1));
    if (options_.recurrent_bias) gradient[kRecurrentBias].value.col(0).tail(n) += d_candidate.rowwise().sum();
  }
}

template class Gru<float>;
template class Gru<double>;

namespace {

Reset reset_named(const std::string& name) {
  if (name == "before") return Reset::before;
  if (name == "after") return Reset::after;
  if (name.empty()) {
    throw UsageError(
        "a GRU needs the attribute reset = before or after, and a file must say which: with the same weights the two "
        "conventions are different maps (PyTorch, cuDNN and Keras' default: after; the original papers: before)");
  }
  throw UsageError("attribute reset of a gru cell: expected before or after, found '" + name + "'");
}

template <class S>
std::unique_ptr<Cell<S>> make(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("gru", attributes);
  const typename Gru<S>::Options options{.reset = reset_named(read.text("reset", "")),
                                         .recurrent_bias = read.flag("recurrent_bias", false),
                                         .gates = read_activation(read, "gates", Activation::sigmoid),
                                         .candidate = read_activation(read, "candidate", Activation::tanh)};
  read.require_all_known();
  return std::make_unique<Gru<S>>(m, n, options);
}

}  // namespace

namespace registry::cells {
extern const CellType gru;
constexpr std::string_view kGruGates[] = {"reset", "update", "candidate"};
const CellType gru{"gru", &make<float>, &make<double>, kGruGates};
}  // namespace registry::cells

}  // namespace unrecur
