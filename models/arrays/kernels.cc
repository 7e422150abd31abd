#include "models/arrays/kernels.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#ifdef UNRECUR_HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace unrecur {
namespace {

/// Kernels for processors without AVX2, one of which OpenBLAS takes for an x86 that it does not know.
constexpr std::array<std::string_view, 13> kNarrow{"Prescott",     "Core2",     "Penryn", "Dunnington", "Nehalem",
                                                   "Sandybridge",  "Atom",      "Nano",   "Athlon",     "Opteron",
                                                   "Opteron_SSE3", "Barcelona", "Generic"};

constexpr const char* kChoice = "OPENBLAS_CORETYPE";
/// Says that the choice is ours. Neither stays in the environment: a job that we send elsewhere may meet another
/// processor.
constexpr const char* kRestarted = "UNRECUR_RESTARTED";

}  // namespace

ProcessorFeatures processor_features() {
#if defined(__x86_64__) && defined(__GNUC__)
  const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
  return {.avx2 = fused, .avx512 = fused && wide};
#else
  return {};
#endif
}

std::string better_kernels(std::string_view chosen, const ProcessorFeatures& features) {
  if (std::ranges::find(kNarrow, chosen) == kNarrow.end()) return {};
  if (features.avx512) return "SkylakeX";
  return features.avx2 ? "Haswell" : "";
}

void restart_with_better_kernels(char** words) {
#ifdef UNRECUR_HAVE_OPENBLAS
  if (std::getenv(kRestarted) == nullptr) {
    if (std::getenv(kChoice) != nullptr) return;
    const std::string better = better_kernels(openblas_get_corename(), processor_features());
    if (better.empty()) return;
    if (setenv(kRestarted, "1", 1) == 0 && setenv(kChoice, better.c_str(), 1) == 0) execv("/proc/self/exe", words);
  }
  unsetenv(kRestarted);  // started anew, or not to be: then as slow as before
  unsetenv(kChoice);
#else
  static_cast<void>(words);
#endif
}

}  // namespace unrecur
