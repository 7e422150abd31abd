#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// What is known of a Keras layer beside its weights. Nothing: the file does not say.
struct KerasLayer {
  std::string name;
  std::string kind{};  ///< lstm, gru, elman; empty: follows from the shapes
  std::optional<std::string> activation{}, recurrent_activation{};
  std::optional<bool> reset_after{};
  bool backward = false;
  int version = 0;  ///< of Keras, 1, 2 or 3; 0: not known
  std::vector<std::string> sources{};
};

/// Weights as Keras stores them, acting on rows from the right: kernel (m × g n), recurrent kernel (n × g n), bias (g n
/// as one row or column, 2 × g n where there are two, or empty). Gates lie beside each other: i, f, c, o (lstm), z, r,
/// h (gru).
struct KerasWeights {
  Matrix<double> kernel, recurrent, bias;
};

/// The layer in our conventions. A gru with two rows of biases has its reset after the product, with one row before it;
/// with none and no word of reset_after that stays open. A flat bias of 2 g n numbers is that of CuDNNLSTM and
/// CuDNNGRU, whose blocks are stored the other way round. Activations that are not stored stay open ("gates";
/// "activation" of an elman layer), and so does the slope of a hard_sigmoid of an unknown version of Keras
/// ("hard_sigmoid"); those that keras_function does not know are an obstacle. Throws FileError for shapes that do not
/// fit.
RecurrentLayer layer_from_keras(const KerasLayer& described, const KerasWeights& weights, const std::string& file);

}  // namespace unrecur
