#pragma once

#include <optional>
#include <string>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// The dense layer on top of `outputs` outputs that the file itself tells of: the decoder of a model of ours, or
/// RecurrentModel::head; nothing where there is none of that size.
std::optional<DenseHead> told_head(const RecurrentModel& model, Index outputs);

/// V, q × h, of such a layer by the name of its weight: a tensor of the file of shape [q, h], as PyTorch stores it, or
/// [h, q], as Keras does. Of a square one the format decides; a graph of ONNX multiplies either way, so that a square
/// one is refused there. Without a name that of told_head(). Exact in double.
///
/// Throws UsageError where the file has no such tensor (and names those that could be meant), FileError where its
/// numbers are not finite.
Matrix<double> head_weight(const RecurrentModel& model, const std::string& tensor, Index outputs);

}  // namespace unrecur
