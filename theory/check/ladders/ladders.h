#pragma once

#include "theory/check/rate_bound.h"

namespace unrecur {

/// The rate bounds of gated cells and of stacks, for KindTheory::bound_rate. On an LSTM's box: miller_hardt, delta_iss,
/// comparison_matrix, block_2norm; on a GRU's: the last three; of a stack comparison_matrix. From below for all
/// periodic_orbit and spectral_radius_at_fixed_point.
RateBounds bound_lstm(const Cell<double>& cell, const RateOptions& options);
RateBounds bound_gru(const Cell<double>& cell, const RateOptions& options);
RateBounds bound_stack(const Cell<double>& cell, const RateOptions& options);

/// largest_gate, of scans and of stacks of them (theory/scans/scan_rate.h); nothing from below.
RateBounds bound_scan(const Cell<double>& cell, const RateOptions& options);
/// Adds that bound where it is wanted.
void add_largest_gate(RateBounds& bounds, const Cell<double>& cell, const RateOptions& options);

/// The bounds of a kind that has KindTheory::certify and no more: one certificate for each of its upper methods, and
/// the lower bounds of all kinds where it has an enclosure.
RateBounds bound_by_certificates(const Cell<double>& cell, const RateOptions& options);

}  // namespace unrecur
