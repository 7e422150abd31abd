#include "models/blocks/attention.h"

#include <cmath>
#include <string>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

constexpr Index kLargestState = Index{1} << 31;

struct AttentionSizes {
  Index heads, context;
};

AttentionSizes attention_sizes(Index m, Index n, const Attributes& attributes) {
  AttributeReader read("attention", attributes);
  const double heads = read.number("heads", 1.0), context = read.number("context", 64.0);
  read.require_all_known();
  const auto whole = [](double number) { return number >= 1.0 && number <= 1e6 && number == std::floor(number); };
  if (m < 1 || n < 1 || !whole(heads) || !whole(context) || n % static_cast<Index>(heads) != 0) {
    throw UsageError(
        "attention: expected a context and heads, whole numbers from 1 to 1e6, and outputs that the heads "
        "part evenly; found context " +
        decimal(context) + ", heads " + decimal(heads) + " and outputs " + std::to_string(n));
  }
  if (m > kLargestState / static_cast<Index>(context)) throw UsageError("attention reaches too far back");
  return {static_cast<Index>(heads), static_cast<Index>(context)};
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  const AttentionSizes sizes = attention_sizes(m, n, attributes);
  return std::make_unique<Attention<S>>(m, n,
                                        typename Attention<S>::Options{.heads = sizes.heads, .context = sizes.context});
}

double weights(Index m, Index n, const Attributes& attributes) {
  const AttentionSizes sizes = attention_sizes(m, n, attributes);
  const double out = static_cast<double>(n);
  return 3.0 * out * (static_cast<double>(m) + 1.0) + out * (out + 1.0) +
         static_cast<double>(sizes.heads) * static_cast<double>(sizes.context);
}

constexpr CellAttribute kAttributes[] = {{"heads", "1"}, {"context", "64"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType attention;
const LayerType attention{.kind = "attention",
                          .make_float = &make<float>,
                          .make_double = &make<double>,
                          .weights = &weights,
                          .attributes = kAttributes};
}  // namespace registry::feedforward

}  // namespace unrecur
