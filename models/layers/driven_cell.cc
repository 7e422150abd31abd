#include "models/layers/driven_cell.h"

#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

void require(bool fits, const char* what) {
  if (!fits) throw UsageError(std::string("shape mismatch: ") + what);
}

/// h before every column of a packed batch.
template <class S>
Matrix<S> previous_outputs(const CellShape& shape, const Packing& packing, const ConstMatrixRef<S>& initial,
                           const Matrix<S>& states) {
  Matrix<S> previous(shape.output, states.cols());
  const auto outputs = states.middleRows(shape.output_row, shape.output);
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index w = packing.width(t);
    auto here = previous.middleCols(packing.begin(t), w);
    if (t == 0) {
      here = initial.middleRows(shape.output_row, shape.output);
    } else {
      here = outputs.middleCols(packing.begin(t - 1), w);
    }
  }
  return previous;
}

/// The states before step t.
template <class S>
ConstMatrixRef<S> states_before(const Packing& packing, const ConstMatrixRef<S>& initial, const Matrix<S>& states,
                                Index t) {
  if (t == 0) return initial;
  return states.middleCols(packing.begin(t - 1), packing.width(t));
}

/// Jacobians of a driven cell at c points: keeps what one step saved there.
template <class S>
class DrivenJacobian : public Jacobian<S> {
 public:
  DrivenJacobian(const DrivenCell<S>& cell, Matrix<S> gates, const ConstMatrixRef<S>& state)
      : cell_(cell),
        gates_(std::move(gates)),
        extra_(cell.extra_rows(), state.cols()),
        state_(state),
        next_(state.rows(), state.cols()) {
    cell_.forward_step(gates_, state_, next_, extra_);
  }

  void apply(const ConstMatrixRef<S>& v, Matrix<S>& out) const override {
    Matrix<S> drive = Matrix<S>::Zero(gates_.rows(), v.cols());
    jvp_step(v, drive, out);
  }

  void apply_with_input(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>& u, Matrix<S>& out) const override {
    Matrix<S> drive(gates_.rows(), v.cols());
    multiply<S>(cell_.weight(0), u, drive, S(0));
    jvp_step(v, drive, out);
  }

  void diagonal(MatrixRef<S> out) const override {
    if (!cell_.diagonal_step({gates_, extra_, state_, next_}, out)) Jacobian<S>::diagonal(out);
  }

  void apply_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override {
    Matrix<S> d_drive(gates_.rows(), v.cols());
    out = v;
    at_columns(v.cols(), [&](const auto& step) { cell_.backward_step(step, out, d_drive); });
  }

  void apply_input_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override {
    Matrix<S> d_drive(gates_.rows(), v.cols());
    Matrix<S> d_state = v;
    at_columns(v.cols(), [&](const auto& step) { cell_.backward_step(step, d_state, d_drive); });
    out.resize(cell_.shape().input, v.cols());
    multiply_transposed<S>(cell_.weight(0), d_drive, out, S(0));
  }

 private:
  void jvp_step(const ConstMatrixRef<S>& v, Matrix<S>& drive, Matrix<S>& out) const {
    out.resize(state_.rows(), v.cols());
    at_columns(v.cols(), [&](const auto& step) { cell_.jvp_step(step, v, drive, out); });
  }

  /// Calls f with the points, the only one repeated where there are more columns than points.
  template <class F>
  void at_columns(Index columns, const F& f) const {
    using Step = typename DrivenCell<S>::Step;
    if (columns == state_.cols()) return f(Step{gates_, extra_, state_, next_});
    require(state_.cols() == 1, "a Jacobian takes as many columns as it has points");
    const Matrix<S> gates = gates_.replicate(1, columns), extra = extra_.replicate(1, columns);
    const Matrix<S> state = state_.replicate(1, columns), next = next_.replicate(1, columns);
    f(Step{gates, extra, state, next});
  }

  const DrivenCell<S>& cell_;
  Matrix<S> gates_, extra_, state_, next_;
};

template <class S>
class DrivenMap : public FixedInputMap<S> {
 public:
  DrivenMap(const DrivenCell<S>& cell, const ConstMatrixRef<S>& x) : cell_(cell), drive_(cell.drive(x)) {}

  Index columns() const override { return drive_.cols(); }

  void apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const override {
    Matrix<S> gates = drive_at(state, first);
    Matrix<S> extra(cell_.extra_rows(), state.cols());
    cell_.forward_step(gates, state, next, extra);
  }

  std::unique_ptr<Jacobian<S>> linearise(const ConstMatrixRef<S>& state, Index first) const override {
    return std::make_unique<DrivenJacobian<S>>(cell_, drive_at(state, first), state);
  }

 private:
  Matrix<S> drive_at(const ConstMatrixRef<S>& state, Index first) const {
    require(state.rows() == cell_.shape().state, "rows of the state");
    require(first >= 0 && first + state.cols() <= drive_.cols(), "more states than inputs");
    return drive_.middleCols(first, state.cols());
  }

  const DrivenCell<S>& cell_;
  Matrix<S> drive_;
};

}  // namespace

template <class S>
void DrivenCell<S>::add_weights(Index m, Index n, Index g, bool bias) {
  if (m < 1 || n < 1) throw UsageError("a cell needs at least one input and one unit");
  this->parameters_.push_back({"weight_ih_l0", Matrix<S>::Zero(g, m)});
  this->parameters_.push_back({"weight_hh_l0", Matrix<S>::Zero(g, n)});
  if (bias) this->parameters_.push_back({"bias_ih_l0", Matrix<S>::Zero(g, 1), 1});
}

template <class S>
Matrix<S> DrivenCell<S>::drive(const ConstMatrixRef<S>& x) const {
  require(x.rows() == input_weights().cols(), "rows of the input");
  Matrix<S> a(input_weights().rows(), x.cols());
  multiply<S>(input_weights(), x, a, S(0));
  if (has_bias()) a.colwise() += drive_bias();
  return a;
}

template <class S>
void DrivenCell<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                            LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  const CellShape shape = this->shape();
  auto& own = tape_as<DrivenTape<S>>(tape);
  own.gates = drive(x);
  own.extra.resize(extra_rows(), packing.columns());
  own.states.resize(shape.state, packing.columns());
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index w = packing.width(t), at = packing.begin(t);
    forward_step(own.gates.middleCols(at, w), states_before(packing, initial, own.states, t),
                 own.states.middleCols(at, w), own.extra.middleCols(at, w));
  }
  output = own.states.middleRows(shape.output_row, shape.output);
  if (final_state != nullptr) *final_state = last_columns(packing, own.states);
}

template <class S>
void DrivenCell<S>::run(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                        Matrix<S>& states) const {
  this->require_inputs(packing, x, initial, DrivenTape<S>());
  Matrix<S> gates = drive(x), extra(extra_rows(), packing.batch());
  states.resize(this->shape().state, packing.columns());
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index w = packing.width(t), at = packing.begin(t);
    forward_step(gates.middleCols(at, w), states_before(packing, initial, states, t), states.middleCols(at, w),
                 extra.leftCols(w));
  }
}

template <class S>
void DrivenCell<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                             const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output,
                             std::span<Parameter<S>> gradient, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const CellShape shape = this->shape();
  const auto& own = tape_as<DrivenTape<S>>(tape);
  Matrix<S> d_drive(own.gates.rows(), own.gates.cols());
  Matrix<S> d_state = Matrix<S>::Zero(shape.state, packing.batch());
  for (Index t = packing.steps() - 1; t >= 0; --t) {
    const Index w = packing.width(t), at = packing.begin(t);
    d_state.block(shape.output_row, 0, shape.output, w) += d_output.middleCols(at, w);
    const Step step{own.gates.middleCols(at, w), own.extra.middleCols(at, w),
                    states_before(packing, initial, own.states, t), own.states.middleCols(at, w)};
    backward_step(step, d_state.leftCols(w), d_drive.middleCols(at, w));
  }
  multiply_by_transposed<S>(d_drive, x, gradient[kInput].value, S(1));
  if (has_bias()) gradient[kBias].value.col(0) += d_drive.rowwise().sum();
  recurrent_gradient(d_drive, previous_outputs<S>(shape, packing, initial, own.states), own, gradient);
  if (d_input != nullptr) {
    d_input->resize(shape.input, packing.columns());
    multiply_transposed<S>(input_weights(), d_drive, *d_input, S(0));
  }
  if (d_initial != nullptr) *d_initial = d_state;
}

template <class S>
void DrivenCell<S>::recurrent_gradient(const ConstMatrixRef<S>& d_drive, const ConstMatrixRef<S>& previous,
                                       const DrivenTape<S>&, std::span<Parameter<S>> gradient) const {
  if (gradient[kRecurrent].value.rows() == 0) return;
  multiply_by_transposed<S>(d_drive, previous, gradient[kRecurrent].value, S(1));
}

template <class S>
std::unique_ptr<FixedInputMap<S>> DrivenCell<S>::fix_inputs(const ConstMatrixRef<S>& x) const {
  return std::make_unique<DrivenMap<S>>(*this, x);
}

template class DrivenCell<float>;
template class DrivenCell<double>;

}  // namespace unrecur
