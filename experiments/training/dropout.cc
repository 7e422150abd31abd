#include "experiments/training/dropout.h"

#include <array>
#include <cmath>
#include <span>
#include <string>

#include "base/errors.h"
#include "experiments/support/random.h"

namespace unrecur {
namespace {

/// Entries 1/(1 − rate) with probability 1 − rate, else 0.
Matrix<float> random_mask(Index rows, Index columns, double rate, RandomStream& random) {
  Matrix<float> mask(rows, columns);
  const float keep = static_cast<float>(1.0 / (1.0 - rate));
  // uniform() < rate, of the 53 bits that a uniform number is made of.
  const auto dropped = static_cast<std::uint64_t>(std::ceil(std::ldexp(rate, 53)));
  std::array<std::uint64_t, 1024> words{};
  for (Index first = 0; first < mask.size(); first += std::ssize(words)) {
    const Index count = std::min(std::ssize(words), mask.size() - first);
    random.fill(std::span(words).first(static_cast<std::size_t>(count)));
    for (Index i = 0; i < count; ++i) {
      mask.data()[first + i] = words[static_cast<std::size_t>(i)] >> 11 < dropped ? 0.0F : keep;
    }
  }
  return mask;
}

/// Masks of one step, each from a stream of its own name.
class Draw {
 public:
  Draw(const Packing& packing, bool locked, std::uint64_t seed, std::uint64_t place)
      : packing_(packing), locked_(locked), seed_(seed), place_(place) {}

  /// Empty where the rate is 0.
  Matrix<float> mask(const std::string& name, Index rows, double rate) const {
    if (rate <= 0.0) return {};
    RandomStream random(seed_, "dropout " + name, place_);
    if (!locked_) return random_mask(rows, packing_.columns(), rate, random);
    const Matrix<float> one = random_mask(rows, packing_.batch(), rate, random);
    Matrix<float> mask(rows, packing_.columns());
    for (Index t = 0; t < packing_.steps(); ++t) {
      mask.middleCols(packing_.begin(t), packing_.width(t)) = one.leftCols(packing_.width(t));
    }
    return mask;
  }

  /// One factor for each of `count` symbols.
  Matrix<float> symbols(Index count, double rate) const {
    RandomStream random(seed_, "dropout embedding", place_);
    return random_mask(1, count, rate, random);
  }

 private:
  const Packing& packing_;
  bool locked_;
  std::uint64_t seed_, place_;
};

/// Multiplies the rows that each symbol fills by the symbol's factor.
void drop_symbols(const Matrix<float>& factors, const ModelSpec& spec, const Batch<float>& batch, Matrix<float>& mask) {
  const Index columns = batch.packing.columns();
  if (mask.size() == 0) mask.setOnes(spec.input_size(), columns);
  for (Index c = 0; c < columns; ++c) {
    for (Index w = 0; w < spec.window; ++w) {
      const int symbol = batch.symbols[static_cast<std::size_t>(c * spec.window + w)];
      mask.col(c).segment(w * spec.embedding, spec.embedding) *= factors(0, symbol);
    }
  }
}

}  // namespace

Masks<float> draw_masks(const SequenceModel<float>& model, const Batch<float>& batch, const DropoutOptions& options,
                        std::uint64_t seed, std::uint64_t place) {
  const Draw draw(batch.packing, options.locked, seed, place);
  Masks<float> masks;
  masks.input = draw.mask("input", model.spec().input_size(), options.input);
  if (options.embedding > 0.0) {
    if (model.spec().symbols == 0)
      throw UsageError("embedding_dropout drops symbols, and this task's inputs are frames; leave it out");
    drop_symbols(draw.symbols(model.spec().symbols, options.embedding), model.spec(), batch, masks.input);
  }
  masks.output = draw.mask("output", model.layers().sizes().output, options.output);
  if (options.between <= 0.0) return masks;
  const std::vector<Index> rows = model.layers().mask_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    masks.between.push_back(draw.mask("between " + std::to_string(i), rows[i], options.between));
  }
  return masks;
}

}  // namespace unrecur
