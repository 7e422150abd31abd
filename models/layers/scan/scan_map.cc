#include "models/layers/scan/scan_map.h"

#include <utility>

#include "base/errors.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

/// What one step left at a point.
template <class S>
struct ScanPoint {
  Matrix<S> gates, before, after, x;
};

template <class S>
class ScanJacobian : public Jacobian<S> {
 public:
  ScanJacobian(const ScanCell<S>& cell, ScanPoint<S> at) : cell_(cell), at_(std::move(at)) {}

  void apply(const ConstMatrixRef<S>& v, Matrix<S>& out) const override { jvp(v, nullptr, out); }
  void apply_with_input(const ConstMatrixRef<S>& v, const ConstMatrixRef<S>& u, Matrix<S>& out) const override {
    const Matrix<S> of_inputs = u;
    jvp(v, &of_inputs, out);
  }
  void apply_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override {
    Matrix<S> of_memory, of_input;
    const Matrix<S> d_drive = vjp(v, of_memory, of_input);
    const Index stored = cell_.stored_rows(), m = cell_.shape().input, n = cell_.units();
    Matrix<S> result = Matrix<S>::Zero(cell_.shape().state, v.cols());
    if (stored > 0) {
      Matrix<S> asked(stored, v.cols());
      multiply_transposed<S>(cell_.weight(0).rightCols(stored), d_drive, asked, S(0));
      // Stored input i becomes stored input i + 1.
      result.topRows(stored) = asked;
      result.topRows(stored - m) += v.middleRows(m, stored - m);
    }
    result.middleRows(stored, n) = of_memory;
    out = std::move(result);
  }
  void apply_input_transposed(const ConstMatrixRef<S>& v, Matrix<S>& out) const override {
    Matrix<S> of_memory, of_input;
    const Matrix<S> d_drive = vjp(v, of_memory, of_input);
    multiply_transposed<S>(cell_.weight(0).leftCols(cell_.shape().input), d_drive, of_input, S(1));
    if (cell_.stored_rows() > 0) of_input += v.topRows(cell_.shape().input);
    out = std::move(of_input);
  }
  /// Each unit's memory reads its own alone; what else a state holds does not see its old self.
  void diagonal(MatrixRef<S> out) const override {
    const Index stored = cell_.stored_rows(), n = cell_.units();
    Matrix<S> memory = Matrix<S>::Zero(out.rows(), out.cols()), moved;
    memory.middleRows(stored, n).setOnes();
    apply(memory, moved);
    out.setZero();
    out.middleRows(stored, n) = moved.middleRows(stored, n);
  }

 private:
  /// Column of the point that column j of a product is at.
  Index point(Index j) const { return at_.x.cols() == 1 ? 0 : j; }

  void require(const ConstMatrixRef<S>& v) const {
    if (v.cols() == at_.x.cols() || at_.x.cols() == 1) return;
    throw UsageError("shape mismatch: a Jacobian takes as many columns as it has points");
  }

  void jvp(const ConstMatrixRef<S>& v, const Matrix<S>* u, Matrix<S>& out) const {
    require(v);
    const Index stored = cell_.stored_rows(), m = cell_.shape().input, n = cell_.units();
    const Matrix<S>& weights = cell_.weight(0);
    Matrix<S> of_drive = Matrix<S>::Zero(weights.rows(), v.cols());
    if (u != nullptr) multiply<S>(weights.leftCols(m), *u, of_drive, S(0));
    if (stored > 0) multiply<S>(weights.rightCols(stored), v.topRows(stored), of_drive, S(1));
    Matrix<S> result = Matrix<S>::Zero(cell_.shape().state, v.cols());
    if (stored > 0) {
      if (u != nullptr) result.topRows(m) = *u;
      result.middleRows(m, stored - m) = v.topRows(stored - m);
    }
    const ScanStep<S> step = cell_.step();
    for (Index j = 0; j < v.cols(); ++j) {
      const Index p = point(j);
      S* of_memory = result.col(j).data() + stored;
      step.tangent(at_.gates.col(p).data(), at_.before.col(p).data(), at_.after.col(p).data(), at_.x.col(p).data(),
                   of_drive.col(j).data(), v.col(j).data() + stored, u == nullptr ? nullptr : u->col(j).data(),
                   of_memory, cell_.separate_output() ? of_memory + n : nullptr);
    }
    out = std::move(result);
  }

  /// ∂/∂drive of what `v` asks of the next state, and what it asks of c and, past the drive, of the input.
  Matrix<S> vjp(const ConstMatrixRef<S>& v, Matrix<S>& of_memory, Matrix<S>& of_input) const {
    require(v);
    const Index stored = cell_.stored_rows(), n = cell_.units();
    Matrix<S> d_drive = Matrix<S>::Zero(cell_.weight(0).rows(), v.cols());
    of_input.setZero(cell_.shape().input, v.cols());
    of_memory = v.middleRows(stored, n);
    if (!cell_.separate_output()) of_memory.setZero();
    const bool carries = cell_.options().outlet == ScanOptions::Outlet::highway && cell_.rows().carried < 0;
    const ScanStep<S> step = cell_.step();
    for (Index j = 0; j < v.cols(); ++j) {
      const Index p = point(j);
      step.backward(at_.gates.col(p).data(), at_.before.col(p).data(), at_.after.col(p).data(), at_.x.col(p).data(),
                    v.col(j).data() + cell_.shape().output_row, of_memory.col(j).data(), d_drive.col(j).data(),
                    carries ? of_input.col(j).data() : nullptr);
    }
    return d_drive;
  }

  const ScanCell<S>& cell_;
  ScanPoint<S> at_;
};

}  // namespace

template <class S>
ScanMap<S>::ScanMap(const ScanCell<S>& cell, const ConstMatrixRef<S>& x)
    : cell_(cell), x_(x), drive_(cell.weight(0).rows(), x.cols()) {
  multiply<S>(cell.weight(0).leftCols(x.rows()), x, drive_, S(0));
  drive_.colwise() += cell.weight(2).col(0);
}

template <class S>
Matrix<S> ScanMap<S>::drive_at(const ConstMatrixRef<S>& state, Index first) const {
  if (state.rows() != cell_.shape().state) throw UsageError("shape mismatch: rows of the state");
  if (first < 0 || first + state.cols() > x_.cols()) throw UsageError("shape mismatch: more states than inputs");
  Matrix<S> drive = drive_.middleCols(first, state.cols());
  const Index stored = cell_.stored_rows();
  if (stored > 0) multiply<S>(cell_.weight(0).rightCols(stored), state.topRows(stored), drive, S(1));
  return drive;
}

template <class S>
void ScanMap<S>::apply(const ConstMatrixRef<S>& state, Index first, MatrixRef<S> next) const {
  Matrix<S> gates = drive_at(state, first);
  const Index stored = cell_.stored_rows(), m = x_.rows();
  if (stored > 0) {
    next.topRows(m) = x_.middleCols(first, state.cols());
    next.middleRows(m, stored - m) = state.topRows(stored - m);
  }
  const ScanStep<S> step = cell_.step();
  for (Index j = 0; j < state.cols(); ++j) {
    S* memory = next.col(j).data() + stored;
    step.forward(gates.col(j).data(), state.col(j).data() + stored, x_.col(first + j).data(), memory,
                 cell_.separate_output() ? memory + cell_.units() : nullptr);
  }
}

template <class S>
std::unique_ptr<Jacobian<S>> ScanMap<S>::linearise(const ConstMatrixRef<S>& state, Index first) const {
  const Index n = cell_.units();
  ScanPoint<S> at{drive_at(state, first), state.middleRows(cell_.stored_rows(), n), Matrix<S>(n, state.cols()),
                  x_.middleCols(first, state.cols())};
  Matrix<S> h(n, state.cols());
  const ScanStep<S> step = cell_.step();
  for (Index j = 0; j < state.cols(); ++j) {
    step.forward(at.gates.col(j).data(), at.before.col(j).data(), at.x.col(j).data(), at.after.col(j).data(),
                 h.col(j).data());
  }
  return std::make_unique<ScanJacobian<S>>(cell_, std::move(at));
}

template class ScanMap<float>;
template class ScanMap<double>;

}  // namespace unrecur
