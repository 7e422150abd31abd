#pragma once

#include <vector>

#include "theory/check/ladder.h"

namespace unrecur {

/// The rungs of gated cells and of stacks, for KindTheory::bound_rate. On an LSTM's box: miller_hardt, delta_iss,
/// comparison_matrix, block_2norm; on a GRU's: the last three; of a stack comparison_matrix. From below for all
/// periodic_orbit and spectral_radius_at_fixed_point.
std::vector<Rung> climb_lstm(const Cell<double>& cell, const LadderOptions& options);
std::vector<Rung> climb_gru(const Cell<double>& cell, const LadderOptions& options);
std::vector<Rung> climb_stack(const Cell<double>& cell, const LadderOptions& options);

/// The rungs of a kind that has KindTheory::certify and no more: one certificate for each of its upper methods, and the
/// lower rungs of all kinds where it has an enclosure.
std::vector<Rung> bound_by_certificates(const Cell<double>& cell, const LadderOptions& options);

}  // namespace unrecur
