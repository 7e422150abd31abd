#pragma once

#include <string>
#include <string_view>

namespace unrecur {

/// What the processor can do, as far as OpenBLAS's kernels ask for it; nothing outside x86.
struct ProcessorFeatures {
  bool avx2 = false;    ///< with fused multiply-add, as in Intel's Haswell
  bool avx512 = false;  ///< its parts F, CD, BW, DQ and VL, as in Intel's Skylake-X
};
ProcessorFeatures processor_features();

/// The kernels to ask OpenBLAS for, as a value of OPENBLAS_CORETYPE, where `chosen` (openblas_get_corename()) leave
/// wide registers of the processor unused; nothing where they will do.
///
/// OpenBLAS knows processors by their numbers, and takes kernels of 2004 for one that is younger than itself: Debian
/// 12's, of 2022, does for Intel's Xeons of 2023, and multiplies at a fifth of their speed.
std::string better_kernels(std::string_view chosen, const ProcessorFeatures& features);

/// Starts the program once more, in the same process and with the same words, where OpenBLAS took kernels that
/// better_kernels replaces: it reads OPENBLAS_CORETYPE before main and never again. Leaves alone what somebody chose by
/// that variable. For programs, first thing in main; costs the time to load one. Returns where nothing is to be gained.
void restart_with_better_kernels(char** words);

}  // namespace unrecur
