#pragma once

#include <optional>
#include <vector>

#include "models/layers/joint_cell.h"
#include "models/layers/scan/scan_cell.h"
#include "theory/certificates/certificate.h"

namespace unrecur {

/// The rate of a scan, or of a stack of scans with any skip connections, in max |s_j|/w_j over the states of all
/// layers.
///
/// c enters its layer linearly, so that with equal inputs |Δc'| ≤ f̄ |Δc|. Inputs that differ are stored ones and the
/// new outputs of the layers below, which move c' by at most M = Σ_g κ_g |U_g| times their own difference: one more
/// step of a block triangular comparison. Given any λ above all f̄, the least weights that keep every row at λ are those
/// of one pass from the bottom up,
///
///     w_u ≥ limits of the inputs,   w_c ≥ limits,   w_cj ≥ (M e)_j/(λ − f̄_j),   w_h ≥ limits, |Δh'|/λ,
///
/// with e what the layer reads of states that are w apart. With limits as floors every state of the box is within 1 of
/// zero, so that the context is ln(‖w‖₂/ε)/ln(1/λ), and λ is searched for the smallest one; the rate is then evaluated
/// anew, rounded upwards. For one layer without a window it is max f̄ itself, for every state and input where nothing
/// bounds them. Of more than kMostColumns inputs the smallest box around them is used. Nothing where a forget gate can
/// come as near to 1 as makes no difference, or a layer has no finite box that it needs. Costs fifty products with the
/// input weights. Source: docs/theory.md, section 19.
inline constexpr Index kMostColumns = 1000;
struct ScanRate {
  Certificate certificate;
  std::vector<double> kept;  ///< sup f of each layer, from below
};
std::optional<ScanRate> certify_scans(const Cell<double>& cell, const InputSet& inputs);

/// Whether the cell is a scan or a stack of them.
bool is_scan(const Cell<double>& cell);

/// 1 where h lies between zero, itself and a tanh; nothing for other scans.
std::optional<double> scan_output_bound(const Cell<double>& cell);

/// The limits of h on the box of scan_bounds.h; nothing for inputs without a bound or outputs without one.
std::optional<Vector<double>> scan_output_limits(const Cell<double>& cell, const InputSet& inputs);

}  // namespace unrecur
