#include "experiments/workload/text_data.h"

#include <utility>

#include "experiments/tasks/stream.h"
#include "experiments/tasks/text_windows.h"

namespace unrecur {

TextData::TextData(std::string name, SmallText text, Index window, Index reads)
    : name_(std::move(name)), text_(std::move(text)), window_(window), reads_(reads) {}

ModelSpec TextData::fitted(ModelSpec spec) const {
  spec.symbols = text_.symbols;
  spec.window = reads_;
  spec.outputs = spec.symbols;
  spec.loss = name_of(TargetKind::softmax);
  return spec;
}

std::unique_ptr<BatchSource> TextData::source(Index size, std::uint64_t, Index order) const {
  const StreamOptions streams{.streams = size, .window = window_, .reads = reads_};
  if (order == 0) return std::make_unique<TextStream>(text_.train, streams);
  return std::make_unique<TextWindows>(text_.train, streams, order - 1);
}

LossSum TextData::loss(const SequenceModel<float>& model, Part part) const {
  return evaluate_text(model, symbols_of(part));
}

std::vector<LossSum> TextData::losses_by_order(const SequenceModel<float>& model, Part part,
                                               std::span<const Index> orders) const {
  return unrecur::losses_by_order(model, symbols_of(part), orders);
}

}  // namespace unrecur
