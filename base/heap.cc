#include "base/heap.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <limits>

namespace unrecur {

void keep_freed_memory() {
#if defined(M_MMAP_THRESHOLD) && defined(M_TRIM_THRESHOLD)
  // The largest that the library takes. A larger block is a mapping of its own, and goes back when it is freed.
  mallopt(M_MMAP_THRESHOLD, 1 << 25);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace unrecur
