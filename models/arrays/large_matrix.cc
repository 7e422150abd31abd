#include "models/arrays/large_matrix.h"

#include <cstdint>

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace unrecur {
namespace {

/// A large page of x86-64 and of most others.
constexpr std::uintptr_t kLargePage = std::uintptr_t{1} << 21;

/// A wish and no more: nothing depends on whether it is granted. Only whole large pages within the memory are asked
/// for.
void ask_for_large_pages(void* data, std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t first = (begin + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t last = (begin + bytes) / kLargePage * kLargePage;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  static_cast<void>(data);
  static_cast<void>(bytes);
#endif
}

}  // namespace

Matrix<double> large_matrix(Index rows, Index columns) {
  Matrix<double> matrix(rows, columns);
  ask_for_large_pages(matrix.data(), static_cast<std::size_t>(matrix.size()) * sizeof(double));
  return matrix;
}

}  // namespace unrecur
