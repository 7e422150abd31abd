#pragma once

#include <string>

#include "experiments/workload/dataset.h"
#include "experiments/workload/small_text.h"

namespace unrecur {

/// The next symbol of a long text; the state is carried from window to window and through the whole of a test.
class TextData : public Dataset {
 public:
  /// `window` symbols of each stream make one step of training; a model reads `reads` symbols at each.
  TextData(std::string name, SmallText text, Index window, Index reads = 1);

  ModelSpec fitted(ModelSpec spec) const override;
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed, Index order) const override;
  LossSum loss(const SequenceModel<float>& model, Part part) const override;
  std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, Part part,
                                       std::span<const Index> orders) const override;
  std::string origin() const override { return name_; }

 private:
  const std::vector<int>& symbols_of(Part part) const { return part == Part::valid ? text_.valid : text_.test; }

  std::string name_;
  SmallText text_;
  Index window_, reads_;
};

}  // namespace unrecur
