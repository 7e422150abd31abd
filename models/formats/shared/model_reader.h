#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

template <class S>
class SequenceModel;

/// An affine map of a recurrent layer's outputs, y = V h + c, which is the last thing that the model does.
struct DenseHead {
  std::string layer{};      ///< name of the layer that it reads
  Matrix<double> weight{};  ///< V, p × n
  Matrix<double> bias{};    ///< c, p × 1
};

/// What a model file holds, as far as its recurrence goes.
struct RecurrentModel {
  std::string file;    ///< name in messages
  std::string format;  ///< name of the reader
  std::string sha256;  ///< of the file, in hexadecimal
  std::vector<RecurrentLayer> layers;
  std::vector<StoredTensor> tensors{};                     ///< all arrays with a name, for a choice by hand
  std::map<std::string, std::string> metadata{};           ///< free text of the file, for a copy of it
  std::vector<std::string> accounted{};                    ///< names of tensors known to carry no state of their own
  std::optional<DenseHead> head{};                         ///< where the format says that there is one
  std::shared_ptr<const SequenceModel<float>> sequence{};  ///< where the file is one that save_model wrote
};

/// One format of model files. Each file of models/formats/readers/ defines one; the build makes the table of all.
struct ModelReader {
  std::string_view name;
  /// Whether the bytes begin as files of this format do. Looks at the content only, and never throws.
  bool (*recognises)(std::span<const std::byte> content);
  /// The layers and tensors; a file without recurrent layers gives none. Arrays that no layer is made of become layers
  /// that are not understood, where they may carry a state (unread_layers.h); a reader that knows better adds their
  /// names to model.accounted. `content` lives as long as what is returned.
  /// Throws FileError for what breaks the format's rules.
  void (*read)(std::span<const std::byte> content, RecurrentModel& model);
  /// Whether the reader itself follows every array to its use, so that names and shapes need not be asked.
  bool follows_arrays = false;
};

namespace registry::readers {
std::span<const ModelReader* const> all();
}

}  // namespace unrecur
