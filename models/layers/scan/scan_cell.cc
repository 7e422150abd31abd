#include "models/layers/scan/scan_cell.h"

#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "models/layers/scan/scan_map.h"

namespace unrecur {
namespace {

constexpr Index kLargestScanState = Index{1} << 31;

/// Whether the highway carries a map of the input: it has another size than the output.
bool is_projected(const ScanOptions& options, Index m, Index n) {
  return options.outlet == ScanOptions::Outlet::highway && m != n;
}

}  // namespace

template <class S>
ScanCell<S>::ScanCell(std::string kind, Attributes attributes, Index m, Index n, const ScanOptions& options)
    : kind_(std::move(kind)),
      attributes_(std::move(attributes)),
      inputs_(m),
      units_(n),
      options_(options),
      rows_(options, is_projected(options, m, n)) {
  if (m < 1 || n < 1) throw UsageError("a cell needs at least one input and one unit");
  if (options.window < 1 || options.window > kLargestScanState / m) {
    throw UsageError(expected_but_found("a window of at least 1 input, and of at most 2^31 numbers", options.window));
  }
  if (!(options.cap > 0.0 && options.cap <= 1.0)) {
    throw UsageError(expected_but_found("a cap of the forget gate above 0 and at most 1", options.cap));
  }
  const Index g = rows_.count * n;
  this->parameters_.push_back({"weight_ih_l0", Matrix<S>::Zero(g, options.window * m)});
  this->parameters_.push_back({"weight_hh_l0", Matrix<S>::Zero(0, n)});
  this->parameters_.push_back({"bias_ih_l0", Matrix<S>::Zero(g, 1), 1});
}

template <class S>
CellShape ScanCell<S>::shape() const {
  const Index memory = stored_rows(), hidden = separate_output() ? memory + units_ : memory;
  return {.input = inputs_, .state = hidden + units_, .output = units_, .output_row = hidden};
}

template <class S>
Matrix<S> ScanCell<S>::unfold(const Packing& packing, const ConstMatrixRef<S>& x,
                              const ConstMatrixRef<S>& initial) const {
  Matrix<S> windows(options_.window * inputs_, packing.columns());
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index width = packing.width(t);
    for (Index i = 0; i < options_.window; ++i) {
      auto block = windows.block(i * inputs_, packing.begin(t), inputs_, width);
      if (t >= i) {
        block = x.middleCols(packing.begin(t - i), width);
      } else {
        block = initial.block((i - t - 1) * inputs_, 0, inputs_, width);
      }
    }
  }
  return windows;
}

template <class S>
void ScanCell<S>::fold(const Packing& packing, const Matrix<S>& d_windows, Matrix<S>* d_x, Matrix<S>* d_initial) const {
  for (Index t = 0; t < packing.steps(); ++t) {
    const Index width = packing.width(t);
    for (Index i = 0; i < options_.window; ++i) {
      const auto block = d_windows.block(i * inputs_, packing.begin(t), inputs_, width);
      if (t >= i && d_x != nullptr) d_x->middleCols(packing.begin(t - i), width) += block;
      if (t < i && d_initial != nullptr) d_initial->block((i - t - 1) * inputs_, 0, inputs_, width) += block;
    }
  }
}

template <class S>
void ScanCell<S>::forward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                          LayerTape<S>& tape, Matrix<S>& output, Matrix<S>* final_state) const {
  this->require_inputs(packing, x, initial, tape);
  auto& own = tape_as<ScanTape<S>>(tape);
  const bool windowed = options_.window > 1;
  if (windowed) own.windows = unfold(packing, x, initial);
  own.gates.resize(rows_.count * units_, packing.columns());
  multiply<S>(this->weight(0), windowed ? ConstMatrixRef<S>(own.windows) : x, own.gates, S(0));
  own.memory.resize(units_, packing.columns());
  if (separate_output()) own.outputs.resize(units_, packing.columns());
  const ScanStep<S> step = this->step();
  const auto bias = this->weight(2).col(0);
  for (Index t = 0; t < packing.steps(); ++t) {
    for (Index b = 0; b < packing.width(t); ++b) {
      const Index j = packing.column(b, t);
      own.gates.col(j) += bias;
      const S* before =
          t == 0 ? initial.col(b).data() + stored_rows() : own.memory.col(packing.column(b, t - 1)).data();
      step.forward(own.gates.col(j).data(), before, x.col(j).data(), own.memory.col(j).data(),
                   separate_output() ? own.outputs.col(j).data() : nullptr);
    }
  }
  output = separate_output() ? own.outputs : own.memory;
  if (final_state == nullptr) return;
  final_state->resize(shape().state, packing.batch());
  for (Index b = 0; b < packing.batch(); ++b) {
    const Index steps = packing.length(b), last = packing.column(b, steps - 1);
    for (Index i = 0; i + 1 < options_.window; ++i) {
      auto stored = final_state->block(i * inputs_, b, inputs_, 1);
      if (i < steps) {
        stored = x.col(packing.column(b, steps - 1 - i));
      } else {
        stored = initial.block((i - steps) * inputs_, b, inputs_, 1);
      }
    }
    final_state->block(stored_rows(), b, units_, 1) = own.memory.col(last);
    if (separate_output()) final_state->block(stored_rows() + units_, b, units_, 1) = own.outputs.col(last);
  }
}

template <class S>
void ScanCell<S>::backward(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial,
                           const LayerTape<S>& tape, const ConstMatrixRef<S>& d_output,
                           std::span<Parameter<S>> gradient, Matrix<S>* d_input, Matrix<S>* d_initial) const {
  this->require_gradients(packing, d_output, gradient);
  const auto& own = tape_as<ScanTape<S>>(tape);
  const bool windowed = options_.window > 1;
  Matrix<S> d_drive(own.gates.rows(), own.gates.cols());
  Matrix<S> d_memory = Matrix<S>::Zero(units_, packing.batch());
  Matrix<S> d_x;
  const bool carries = options_.outlet == ScanOptions::Outlet::highway && rows_.carried < 0;
  if (d_input != nullptr && (windowed || carries)) d_x.setZero(inputs_, packing.columns());
  const ScanStep<S> step = this->step();
  for (Index t = packing.steps() - 1; t >= 0; --t) {
    for (Index b = 0; b < packing.width(t); ++b) {
      const Index j = packing.column(b, t);
      const S* before =
          t == 0 ? initial.col(b).data() + stored_rows() : own.memory.col(packing.column(b, t - 1)).data();
      step.backward(own.gates.col(j).data(), before, own.memory.col(j).data(), x.col(j).data(), d_output.col(j).data(),
                    d_memory.col(b).data(), d_drive.col(j).data(),
                    carries && d_input != nullptr ? d_x.col(j).data() : nullptr);
    }
  }
  multiply_by_transposed<S>(d_drive, windowed ? ConstMatrixRef<S>(own.windows) : x, gradient[0].value, S(1));
  gradient[2].value.col(0) += d_drive.rowwise().sum();
  if (d_initial != nullptr) {
    d_initial->setZero(shape().state, packing.batch());
    d_initial->middleRows(stored_rows(), units_) = d_memory;
  }
  if (windowed && (d_input != nullptr || d_initial != nullptr)) {
    Matrix<S> d_windows(own.windows.rows(), own.windows.cols());
    multiply_transposed<S>(this->weight(0), d_drive, d_windows, S(0));
    fold(packing, d_windows, d_input != nullptr ? &d_x : nullptr, d_initial);
  } else if (d_input != nullptr) {
    const S keep = carries ? S(1) : S(0);
    if (!carries) d_x.resize(inputs_, packing.columns());
    multiply_transposed<S>(this->weight(0), d_drive, d_x, keep);
  }
  if (d_input != nullptr) *d_input = std::move(d_x);
}

template <class S>
Matrix<S> ScanCell<S>::states(const LayerTape<S>& tape) const {
  const auto& own = tape_as<ScanTape<S>>(tape);
  Matrix<S> all(shape().state, own.memory.cols());
  if (options_.window > 1) all.topRows(stored_rows()) = own.windows.topRows(stored_rows());
  all.middleRows(stored_rows(), units_) = own.memory;
  if (separate_output()) all.bottomRows(units_) = own.outputs;
  return all;
}

template <class S>
std::unique_ptr<FixedInputMap<S>> ScanCell<S>::fix_inputs(const ConstMatrixRef<S>& x) const {
  if (x.rows() != inputs_) throw UsageError("shape mismatch: rows of the input");
  return std::make_unique<ScanMap<S>>(*this, x);
}

template class ScanCell<float>;
template class ScanCell<double>;

}  // namespace unrecur
