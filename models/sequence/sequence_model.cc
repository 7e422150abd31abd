#include "models/sequence/sequence_model.h"

#include <charconv>
#include <utility>

#include "base/errors.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

ModelSpec checked(ModelSpec spec) {
  const bool dense = spec.frame > 0, symbolic = spec.symbols > 0;
  if (dense == symbolic) throw UsageError("a model reads either dense frames or symbols");
  if (symbolic && (spec.embedding < 1 || spec.window < 1)) throw UsageError("symbols need an embedding and a window");
  if (spec.tied && (!symbolic || spec.symbols != spec.outputs)) {
    throw UsageError("a tied decoder needs a model that reads the symbols it predicts");
  }
  return without_stack(std::move(spec));
}

template <class C>
C& required(C* recurrence, const ModelSpec& spec) {
  if (recurrence == nullptr) throw UsageError("layers of kind '" + spec.cell + "' are no recurrence");
  return *recurrence;
}

template <class S>
std::unique_ptr<Sequential<S>> layers_of(const ModelSpec& spec) {
  return make_sequential<S>({.kind = spec.cell,
                             .inputs = spec.input_size(),
                             .width = spec.units,
                             .attributes = spec.attributes,
                             .layers = spec.layers,
                             .skip = spec.skip});
}

template <class S>
double weight_of(const Batch<S>& batch) {
  const auto& w = batch.targets.weights;
  return w.size() == 0 ? static_cast<double>(batch.packing.columns()) : static_cast<double>(w.sum());
}

}  // namespace

ModelSpec without_stack(ModelSpec spec) {
  if (spec.cell != "stack") return spec;
  const auto take = [&](const char* name) {
    const auto found = spec.attributes.find(name);
    if (found == spec.attributes.end()) return std::string();
    std::string value = found->second;
    spec.attributes.erase(found);
    return value;
  };
  const std::string layers = take("layers"), kind = take("layer"), skip = take("skip");
  const auto [end, error] = std::from_chars(layers.data(), layers.data() + layers.size(), spec.layers);
  if (kind.empty() || error != std::errc() || end != layers.data() + layers.size()) {
    throw UsageError("a stack needs the attributes layers, a whole number, and layer, the kind of its layers");
  }
  spec.cell = kind;
  if (!skip.empty()) spec.skip = skip_named(skip);
  return spec;
}

LossSum& LossSum::operator+=(const LossSum& other) {
  sum += other.sum;
  weight += other.weight;
  return *this;
}

template <class S>
SequenceModel<S>::SequenceModel(ModelSpec spec)
    : spec_(checked(std::move(spec))),
      encoder_(std::make_shared<Matrix<S>>(Matrix<S>::Zero(spec_.embedding, spec_.symbols))),
      layers_(layers_of<S>(spec_)),
      decoder_(make_decoder<S>({.outputs = spec_.outputs,
                                .inputs = layers_->sizes().output,
                                .loss = spec_.loss,
                                .cutoffs = spec_.cutoffs,
                                .shared = spec_.tied ? spec_.embedding : 0})) {
  decoder_->share(encoder_);
}

template <class S>
SequenceModel<S>::SequenceModel(const SequenceModel& other)
    : spec_(other.spec_),
      encoder_(std::make_shared<Matrix<S>>(*other.encoder_)),
      layers_(std::make_unique<Sequential<S>>(*other.layers_)),
      decoder_(other.decoder_->clone()) {
  decoder_->share(encoder_);
}

template <class S>
SequenceModel<S>& SequenceModel<S>::operator=(const SequenceModel& other) {
  SequenceModel copy(other);
  return *this = std::move(copy);
}

template <class S>
const Cell<S>& SequenceModel<S>::cell() const {
  return required(std::as_const(*layers_).recurrence(), spec_);
}

template <class S>
Cell<S>& SequenceModel<S>::cell() {
  return required(layers_->recurrence(), spec_);
}

template <class S>
Gradients<S> SequenceModel<S>::make_gradients() const {
  return Gradients<S>(*encoder_, layers_->parameters(), decoder_->parameters(), spec_.tied);
}

template <class S>
Matrix<S> SequenceModel<S>::inputs(const Batch<S>& batch) const {
  return spec_.symbols > 0 ? embed<S>(*encoder_, batch.symbols, spec_.window) : batch.frames;
}

template <class S>
void SequenceModel<S>::run(const Batch<S>& batch, const ConstMatrixRef<S>& initial, const Masks<S>& masks,
                           Workspace<S>& work) const {
  work.x = inputs(batch);
  if (masks.input.size() > 0) work.x.array() *= masks.input.array();
  if (!work.tape) work.tape = layers_->make_tape();
  work.tape->masks = masks.between;
  layers_->forward(batch.packing, work.x, initial, *work.tape, work.h, &work.final_state);
  if (masks.output.size() > 0) work.h.array() *= masks.output.array();
}

template <class S>
Matrix<S> SequenceModel<S>::outputs(const Packing& packing, const ConstMatrixRef<S>& x,
                                    const ConstMatrixRef<S>& initial) const {
  const auto tape = layers_->make_tape();
  Matrix<S> h;
  layers_->forward(packing, x, initial, *tape, h, nullptr);
  return h;
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
  const double sum = decoder_->differentiate(work.h, batch.targets, static_cast<S>(1.0 / weight), gradients.decoder(),
                                             work.d_h, work.z);
  if (masks.output.size() > 0) work.d_h.array() *= masks.output.array();
  const bool symbolic = spec_.symbols > 0;
  layers_->backward(batch.packing, work.x, initial, *work.tape, work.d_h, gradients.layers(),
                    symbolic ? &work.d_x : nullptr, nullptr);
  if (symbolic) {
    if (masks.input.size() > 0) work.d_x.array() *= masks.input.array();
    gradients.set_embedding(embed_gradient<S>(*encoder_, batch.symbols, spec_.window, work.d_x));
  }
  return {sum, weight};
}

template <class To, class From>
SequenceModel<To> cast_model(const SequenceModel<From>& model) {
  SequenceModel<To> result(model.spec());
  result.encoder() = model.encoder().template cast<To>();
  result.layers().parameters() = cast<To>(model.layers().parameters());
  result.decoder().parameters() = cast<To>(model.decoder().parameters());
  return result;
}

template class SequenceModel<float>;
template class SequenceModel<double>;
template SequenceModel<double> cast_model(const SequenceModel<float>&);
template SequenceModel<float> cast_model(const SequenceModel<double>&);

}  // namespace unrecur
