#pragma once

#include "theory/check/rate_bound.h"

namespace unrecur {

/// What the program tells whoever started it.
enum ExitCode : int {
  exit_done = 0,          ///< done; all proved
  exit_internal = 1,      ///< an error of this program
  exit_usage = 2,         ///< wrong usage
  exit_file = 3,          ///< a file cannot be read or is malformed
  exit_resource = 4,      ///< the machine said no: space, permission, network, memory
  exit_refuted = 10,      ///< a claim is refuted
  exit_undecided = 11,    ///< a claim is neither proved nor refuted
  exit_interrupted = 130  ///< interrupted, state saved
};

inline ExitCode exit_code_of(Verdict verdict) {
  if (verdict == Verdict::proved) return exit_done;
  return verdict == Verdict::refuted ? exit_refuted : exit_undecided;
}

}  // namespace unrecur
