#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/file_bytes.h"

namespace unrecur {

/// What a process of its own may take before it is ended.
struct SeparateLimits {
  std::uint64_t memory = 0;  ///< bytes beyond what it begins with
  std::uint64_t output = 0;  ///< bytes
  double seconds = 1.0;      ///< of processor time
};

/// What became of it.
struct SeparateRun {
  Bytes output;      ///< what it wrote
  std::string fate;  ///< empty where it came to its end; else why not, for a message
};

/// Runs `work` in a process of its own, which sees a copy of everything and can harm nothing: for libraries that are
/// not safe on hostile input. `work` hands its result, piece by piece, to the function it is given. It must not throw,
/// use threads or wait. Throws ResourceError where no process can be made. (Under sanitizers memory is not limited.)
SeparateRun run_separately(const std::function<void(const std::function<void(std::span<const std::byte>)>&)>& work,
                           const SeparateLimits& limits);

}  // namespace unrecur
