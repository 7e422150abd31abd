#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// Finds tensors that change what a recurrent layer computes, among those of its module that no layer uses:
/// normalisation and peepholes anywhere below the prefix of its weights' names; weights and vectors of the sizes of its
/// gates, and single numbers, beside its weights; normalisation of all its gates in the module around it. A map to the
/// outputs (fc, out, …), an initial state and what optimizers keep change nothing.
class MoreThanALayer {
 public:
  MoreThanALayer(const std::vector<StoredTensor>& tensors, const std::set<std::string>& used);

  /// Names of such tensors, a few of them, for a layer whose weights' names begin with the prefix.
  std::vector<std::string> beside(const std::string& prefix, const RecurrentLayer& layer) const;

 private:
  std::map<std::string, const StoredTensor*> unused_;
};

}  // namespace unrecur
