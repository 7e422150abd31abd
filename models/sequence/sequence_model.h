#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/arrays/packing.h"
#include "models/decoders/decoder.h"
#include "models/layers/cell.h"
#include "models/layers/embedding.h"
#include "models/layers/sequential.h"
#include "models/sequence/gradients.h"

namespace unrecur {

/// What a sequence model is, apart from its weights.
struct ModelSpec {
  Index frame = 0;             ///< size of a dense input frame; 0: symbols
  Index symbols = 0;           ///< vocabulary of the inputs; 0: dense frames
  Index embedding = 0;         ///< size of a symbol's vector
  Index window = 1;            ///< symbols read at each step
  std::string cell = "elman";  ///< kind of the layers, recurrent or not
  Attributes attributes = {};  ///< of each layer
  Index units = 0;             ///< n of each layer
  Index layers = 1;
  Skip skip = Skip::none;
  Index outputs = 0;
  std::string loss = {};            ///< bernoulli, softmax, squared
  std::vector<Index> cutoffs = {};  ///< of an adaptive softmax; empty: a linear decoder
  bool tied = false;                ///< whether the decoder's symbols have the embedding's vectors

  Index input_size() const { return symbols > 0 ? embedding * window : frame; }
};

/// The same model, where it is said as files of old do: cell = stack, with attributes layers and layer (their kind).
/// Throws UsageError where these make no sense.
ModelSpec without_stack(ModelSpec spec);

/// A packed batch: inputs (dense or symbols) and targets, one column for each step of each sequence.
template <class S>
struct Batch {
  Packing packing;
  Matrix<S> frames;          ///< m × columns
  std::vector<int> symbols;  ///< window × columns
  Targets<S> targets;
};

/// Dropout masks (entries 0 or 1/(1 − rate)); empty: none. Whoever trains draws them, models know no random numbers.
template <class S>
struct Masks {
  Matrix<S> input;                 ///< on the first layer's inputs, m × columns
  Matrix<S> output;                ///< on the decoder's inputs
  std::vector<Matrix<S>> between;  ///< in and between the layers, as SequenceLayer::mask_rows lists them
};

/// A sum of losses and the weight it has.
struct LossSum {
  double sum = 0.0;
  double weight = 0.0;
  double mean() const { return sum / weight; }
  LossSum& operator+=(const LossSum& other);
};

/// Matrices that live from one batch to the next, of one model.
template <class S>
struct Workspace {
  Matrix<S> x, h, d_h, d_x, z;
  Matrix<S> final_state;  ///< of the layers, after the last step of each sequence
  std::unique_ptr<LayerTape<S>> tape;
};

/// Input (dense frames or an embedding of symbols) → layers → decoder → loss, over packed batches.
template <class S>
class SequenceModel {
 public:
  /// All weights zero. Throws UsageError on a spec that makes no sense.
  explicit SequenceModel(ModelSpec spec);
  SequenceModel(const SequenceModel& other);
  SequenceModel(SequenceModel&&) noexcept = default;
  SequenceModel& operator=(const SequenceModel& other);
  SequenceModel& operator=(SequenceModel&&) noexcept = default;

  const ModelSpec& spec() const { return spec_; }
  const Sequential<S>& layers() const { return *layers_; }
  Sequential<S>& layers() { return *layers_; }
  /// The layers as one recurrence; throws UsageError where they are none.
  const Cell<S>& cell() const;
  Cell<S>& cell();
  const Decoder<S>& decoder() const { return *decoder_; }
  Decoder<S>& decoder() { return *decoder_; }
  const Matrix<S>& encoder() const { return *encoder_; }
  Matrix<S>& encoder() { return *encoder_; }

  Gradients<S> make_gradients() const;
  /// Zero states for a batch.
  Matrix<S> zero_state(Index batch) const { return Matrix<S>::Zero(layers_->sizes().state, batch); }
  /// The first layer's inputs, m × columns.
  Matrix<S> inputs(const Batch<S>& batch) const;

  /// Loss of the batch from the given initial states; work.final_state holds those after it.
  LossSum evaluate(const Batch<S>& batch, const ConstMatrixRef<S>& initial, Workspace<S>& work) const;

  /// The same, and adds the gradient of the mean loss (sum / weight) to `gradients` (an embedding's is replaced where
  /// the decoder has no part in it).
  LossSum differentiate(const Batch<S>& batch, const ConstMatrixRef<S>& initial, const Masks<S>& masks,
                        Workspace<S>& work, Gradients<S>& gradients) const;

  /// The layers' outputs h (output × columns) for inputs x, from the given initial states.
  Matrix<S> outputs(const Packing& packing, const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& initial) const;

 private:
  void run(const Batch<S>& batch, const ConstMatrixRef<S>& initial, const Masks<S>& masks, Workspace<S>& work) const;

  ModelSpec spec_;
  std::shared_ptr<Matrix<S>> encoder_;  ///< e × V; a tied decoder of this model reads it too
  std::unique_ptr<Sequential<S>> layers_;
  std::unique_ptr<Decoder<S>> decoder_;
};

/// Calls visit(name, weights, rank) for every weight of a model: the one list that files, gradients, optimisers,
/// averages and checkpoints go by. Names are those of model files: encoder.weight where the model reads symbols, rnn.…,
/// decoder.….
template <class Model, class Visit>
void for_each_weight(Model& model, const Visit& visit) {
  if (model.spec().symbols > 0) visit("encoder.weight", model.encoder(), 2);
  for (auto& p : model.layers().parameters()) visit("rnn." + p.name, p.value, p.rank);
  for (auto& p : model.decoder().parameters()) visit("decoder." + p.name, p.value, p.rank);
}

/// The same batch in another scalar type.
template <class To, class From>
Batch<To> cast_batch(const Batch<From>& batch) {
  return {batch.packing,
          batch.frames.template cast<To>(),
          batch.symbols,
          {batch.targets.frames.template cast<To>(), batch.targets.symbols, batch.targets.weights.template cast<To>()}};
}

/// The same model in another scalar type.
template <class To, class From>
SequenceModel<To> cast_model(const SequenceModel<From>& model);

}  // namespace unrecur
