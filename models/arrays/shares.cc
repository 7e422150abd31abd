#include "models/arrays/shares.h"

#include <algorithm>

#include "base/parallel.h"
#include "models/arrays/product.h"

namespace unrecur {
namespace {

constexpr Index kThreadedNumbers = Index{1} << 18;

}  // namespace

Index worthwhile_shares(Index numbers, Index most) {
  return numbers < kThreadedNumbers ? 1 : std::clamp<Index>(product_threads(), 1, std::max<Index>(1, most));
}

void in_shares(Index count, Index shares, const std::function<void(Index share, Index first, Index end)>& work) {
  if (shares <= 1) return work(0, 0, count);
  const int threads = std::max(product_threads(), 1);
  const ProductsSideBySide alone;
  for_each_index(threads, static_cast<std::size_t>(shares), [&](std::size_t i) {
    const auto share = static_cast<Index>(i);
    work(share, count * share / shares, count * (share + 1) / shares);
  });
}

}  // namespace unrecur
