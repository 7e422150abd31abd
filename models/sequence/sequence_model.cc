#include "models/sequence/sequence_model.h"

#include <utility>

#include "base/errors.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

ModelSpec checked(ModelSpec spec) {
  const bool dense = spec.frame > 0, symbolic = spec.symbols > 0;
  if (dense == symbolic) throw UsageError("a model reads either dense frames or symbols");
  if (symbolic && (spec.embedding < 1 || spec.window < 1)) throw UsageError("symbols need an embedding and a window");
  return spec;
}

template <class S>
double weight_of(const Batch<S>& batch) {
  const auto& w = batch.targets.weights;
  return w.size() == 0 ? static_cast<double>(batch.packing.columns()) : static_cast<double>(w.sum());
}

template <class S>
double squared_norm(const Parameters<S>& parameters) {
  double sum = 0.0;
  for (const auto& p : parameters) sum += static_cast<double>(p.value.squaredNorm());
  return sum;
}

}  // namespace

template <class S>
void Gradients<S>::clear() {
  for (auto& p : cell) p.value.setZero();
  for (auto& p : decoder) p.value.setZero();
  encoder.clear();
}

template <class S>
double Gradients<S>::squared_norm() const {
  return unrecur::squared_norm(cell) + unrecur::squared_norm(decoder) +
         static_cast<double>(encoder.values.squaredNorm());
}

LossSum& LossSum::operator+=(const LossSum& other) {
  sum += other.sum;
  weight += other.weight;
  return *this;
}

template <class S>
SequenceModel<S>::SequenceModel(ModelSpec spec)
    : spec_(checked(std::move(spec))),
      encoder_(Matrix<S>::Zero(spec_.embedding, spec_.symbols)),
      cell_(make_cell<S>(spec_.cell, spec_.input_size(), spec_.units, spec_.attributes)),
      decoder_(make_decoder<S>({spec_.outputs, cell_->shape().output, spec_.loss, spec_.cutoffs})) {}

template <class S>
SequenceModel<S>::SequenceModel(const SequenceModel& other)
    : spec_(other.spec_), encoder_(other.encoder_), cell_(other.cell_->clone()), decoder_(other.decoder_->clone()) {}

template <class S>
SequenceModel<S>& SequenceModel<S>::operator=(const SequenceModel& other) {
  SequenceModel copy(other);
  return *this = std::move(copy);
}

template <class S>
Gradients<S> SequenceModel<S>::make_gradients() const {
  Gradients<S> gradients;
  gradients.cell = zeros_like(cell_->parameters());
  gradients.decoder = zeros_like(decoder_->parameters());
  gradients.encoder.values.resize(spec_.embedding, 0);
  return gradients;
}

template <class S>
Matrix<S> SequenceModel<S>::inputs(const Batch<S>& batch) const {
  return spec_.symbols > 0 ? embed<S>(encoder_, batch.symbols, spec_.window) : batch.frames;
}

template <class S>
void SequenceModel<S>::run(const Batch<S>& batch, const ConstMatrixRef<S>& initial, const Masks<S>& masks,
                           Workspace<S>& work) const {
  work.x = inputs(batch);
  if (masks.input.size() > 0) work.x.array() *= masks.input.array();
  work.tape.between = masks.between;
  cell_->forward(batch.packing, work.x, initial, work.tape);
  work.h = output_rows(cell_->shape(), work.tape.states);
  if (masks.output.size() > 0) work.h.array() *= masks.output.array();
}

template <class S>
LossSum SequenceModel<S>::evaluate(const Batch<S>& batch, const ConstMatrixRef<S>& initial, Workspace<S>& work) const {
  run(batch, initial, {}, work);
  return {decoder_->evaluate(work.h, batch.targets), weight_of(batch)};
}

template <class S>
LossSum SequenceModel<S>::differentiate(const Batch<S>& batch, const ConstMatrixRef<S>& initial, const Masks<S>& masks,
                                        Workspace<S>& work, Gradients<S>& gradients) const {
  run(batch, initial, masks, work);
  const double weight = weight_of(batch);
  const double sum =
      decoder_->differentiate(work.h, batch.targets, static_cast<S>(1.0 / weight), gradients.decoder, work.d_h, work.z);
  if (masks.output.size() > 0) work.d_h.array() *= masks.output.array();
  const bool symbolic = spec_.symbols > 0;
  cell_->backward(batch.packing, work.x, initial, work.tape, work.d_h, gradients.cell, symbolic ? &work.d_x : nullptr,
                  nullptr);
  if (symbolic) {
    if (masks.input.size() > 0) work.d_x.array() *= masks.input.array();
    gradients.encoder = embed_gradient<S>(encoder_, batch.symbols, spec_.window, work.d_x);
  }
  return {sum, weight};
}

template <class S>
Matrix<S> final_states(const Packing& packing, const Matrix<S>& states) {
  Matrix<S> last(states.rows(), packing.batch());
  for (Index b = 0; b < packing.batch(); ++b) last.col(b) = states.col(packing.column(b, packing.length(b) - 1));
  return last;
}

template <class To, class From>
SequenceModel<To> cast_model(const SequenceModel<From>& model) {
  SequenceModel<To> result(model.spec());
  result.encoder() = model.encoder().template cast<To>();
  result.cell().parameters() = cast<To>(model.cell().parameters());
  result.decoder().parameters() = cast<To>(model.decoder().parameters());
  return result;
}

template struct Gradients<float>;
template struct Gradients<double>;
template class SequenceModel<float>;
template class SequenceModel<double>;
template Matrix<float> final_states(const Packing&, const Matrix<float>&);
template Matrix<double> final_states(const Packing&, const Matrix<double>&);
template SequenceModel<double> cast_model(const SequenceModel<float>&);
template SequenceModel<float> cast_model(const SequenceModel<double>&);

}  // namespace unrecur
