#pragma once

#include <map>
#include <span>
#include <vector>

#include "models/arrays/parameters.h"
#include "models/decoders/decoder.h"
#include "models/layers/embedding.h"

namespace unrecur {

/// ∂loss/∂w of all weights of a model, with the names and in the order of for_each_weight. That of an embedding is
/// sparse, of its columns only those of the symbols that occurred, unless a decoder shares it.
template <class S>
class Gradients {
 public:
  Gradients() = default;
  /// Of `embedding`, with the prefix encoder., where it has entries; of `layers` (rnn.) and `decoder` (decoder.). Zero.
  /// `shared`: whether the decoder shares the embedding.
  Gradients(const Matrix<S>& embedding, const Parameters<S>& layers, const Parameters<S>& decoder, bool shared = false);

  std::size_t size() const { return values_.size(); }
  const std::string& name(std::size_t i) const { return values_[i].name; }
  /// Of weight i; of a sparse one the columns that columns(i) lists, in that order.
  const Matrix<S>& value(std::size_t i) const { return values_[i].value; }
  Matrix<S>& value(std::size_t i) { return values_[i].value; }
  /// Columns of weight i that its gradient has, each once; null where the gradient is dense.
  const std::vector<Index>* columns(std::size_t i) const;
  /// The whole gradient of weight i, zeros included, which has `columns` columns.
  Matrix<S> dense(std::size_t i, Index columns) const;

  std::span<Parameter<S>> layers() { return std::span(values_).subspan(layers_, decoder_ - layers_); }
  std::span<const Parameter<S>> layers() const { return std::span(values_).subspan(layers_, decoder_ - layers_); }
  /// Where the decoder adds its own.
  DecoderGradient<S> decoder() { return {std::span(values_).subspan(decoder_), shared_ ? &values_[0].value : nullptr}; }
  std::span<const Parameter<S>> decoder() const { return std::span(values_).subspan(decoder_); }
  /// Takes the gradient of the embedding as the model's inputs: in the place of what was there, or where the decoder
  /// shares the embedding on top of it.
  void set_embedding(SparseColumns<S> gradient);

  void clear();
  /// Σ over all entries of all gradients; summed part by part.
  double squared_norm() const;

 private:
  Parameters<S> values_;
  std::map<std::size_t, std::vector<Index>> columns_;  ///< of the sparse ones
  std::size_t layers_ = 0, decoder_ = 0;               ///< where these parts begin
  bool shared_ = false;
};

}  // namespace unrecur
