#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/formats/pytorch/torch_storages.h"
#include "models/formats/shared/tensor.h"

namespace unrecur {

/// A tensor as a pickle describes it: a part of a storage.
struct TorchView {
  std::string storage, dtype;
  std::int64_t offset = 0;  ///< of its first element
  std::vector<std::int64_t> shape, strides;
};

/// The elements of a view in row-major order, little-endian, as a tensor of its dtype. Throws FileError in the name of
/// `file` where the storage is missing, where an element of the view lies outside of it and where the view has more
/// elements than the storage.
Tensor read_torch_view(const TorchView& view, const TorchStorages& storages, const std::string& name,
                       const std::string& file);

}  // namespace unrecur
