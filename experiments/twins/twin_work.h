#pragma once

#include <cstdint>
#include <vector>

#include "experiments/workload/workload.h"

namespace unrecur {

class Config;
class DataSource;

/// A task whose models get twins: what they learn from, and the sequences on which they are compared.
struct TwinWork {
  Workload workload;
  /// One test sequence each, from the zero state.
  std::vector<Batch<float>> sequences;
};

struct TwinWorkOptions {
  WorkloadOptions work;
  Index pieces = 0;  ///< texts: how many sequences are cut from the start of the test part, one after the other
  Index length = 0;  ///< texts: symbols of each
};

/// Reads the key task, for slots those of read_workload and, for texts, bptt, pieces (60), piece_length (200) and those
/// of read_small_text_options.
TwinWorkOptions read_twin_work(const Config& config);

/// Throws as make_task, read_text and cut_text do, and UsageError where a text has fewer symbols than its pieces.
TwinWork make_twin_work(const TwinWorkOptions& options, std::uint64_t seed, const DataSource& data);

}  // namespace unrecur
