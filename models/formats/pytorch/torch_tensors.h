#pragma once

#include <memory>

#include "models/formats/pytorch/torch_storages.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Puts the tensors and NumPy arrays below what a pickle describes into model.tensors, with the names that a state
/// dictionary would give them: keys of dictionaries, attributes of objects and numbers of lists, joined by dots.
/// `storages` may be null where the pickle refers to none. Arrays of a form that is not read (quantised, sparse) are
/// there with a load that throws. Throws FileError for descriptions that make no sense and for nesting beyond all
/// proportion.
void add_torch_tensors(const PickledValue& root, const std::shared_ptr<const TorchStorages>& storages,
                       RecurrentModel& model);

}  // namespace unrecur
