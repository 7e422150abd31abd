#include "models/layers/sequence_layer.h"

#include "base/errors.h"

namespace unrecur {
namespace {

std::string shape_of(Index rows, Index columns) {
  return std::to_string(rows) + " x " + std::to_string(columns);
}

void require_shape(const char* what, Index rows, Index columns, Index wanted_rows, Index wanted_columns) {
  if (rows == wanted_rows && columns == wanted_columns) return;
  throw UsageError(std::string("shape mismatch: expected ") + what + " of " + shape_of(wanted_rows, wanted_columns) +
                   ", found " + shape_of(rows, columns));
}

}  // namespace

template <class S>
void SequenceLayer<S>::bind(const Parameters<S>& list, std::size_t first) {
  bound_ = &list;
  first_ = first;
  for (auto& p : parameters_) p.value.resize(0, 0);
}

template <class S>
void SequenceLayer<S>::unbind() {
  if (bound_ == nullptr) return;
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].value = weight(i);
  bound_ = nullptr;
}

template <class S>
void SequenceLayer<S>::require_inputs(const Packing& packing, const ConstMatrixRef<S>& x,
                                      const ConstMatrixRef<S>& initial, const LayerTape<S>& tape) const {
  const LayerSizes size = sizes();
  require_shape("inputs", x.rows(), x.cols(), size.input, packing.columns());
  require_shape("initial states", initial.rows(), initial.cols(), size.state, packing.batch());
  if (tape.masks.empty()) return;
  const std::vector<Index> rows = mask_rows();
  if (tape.masks.size() != rows.size()) {
    throw UsageError("expected " + std::to_string(rows.size()) + " dropout masks, found " +
                     std::to_string(tape.masks.size()));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    require_shape("a dropout mask", tape.masks[i].rows(), tape.masks[i].cols(), rows[i], packing.columns());
  }
}

template <class S>
void SequenceLayer<S>::require_gradients(const Packing& packing, const ConstMatrixRef<S>& d_output,
                                         std::span<const Parameter<S>> gradient) const {
  require_shape("the outputs' gradient", d_output.rows(), d_output.cols(), sizes().output, packing.columns());
  if (gradient.size() != parameters().size()) {
    throw UsageError("expected the gradients of " + std::to_string(parameters().size()) + " weights, found " +
                     std::to_string(gradient.size()));
  }
}

void refuse_tape() {
  throw UsageError("the tape is that of another layer");
}

template class SequenceLayer<float>;
template class SequenceLayer<double>;

}  // namespace unrecur
