#pragma once

#include <string>

namespace unrecur {

/// Whether a pickle may call this name, "collections.OrderedDict". What it calls is recorded, never made: these are
/// containers, PyTorch's functions that rebuild tensors, and NumPy's scalars.
bool pickle_may_call(const std::string& name);

}  // namespace unrecur
