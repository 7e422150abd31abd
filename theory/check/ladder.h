#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"
#include "theory/certificates/context.h"
#include "theory/orbits/orbit.h"
#include "theory/slope/slope_orbit.h"

namespace unrecur {

enum class Side { upper, lower };
std::string name_of(Side side);

/// One bound on the contraction rate of a cell, and how it was found.
///
/// An upper rung says: the rate in some norm is at most `rate`. A lower rung: in every norm it is at least `rate`.
/// Where a method found nothing, `rate` is infinite (upper) or zero (lower) and `note` says why.
struct Rung {
  std::string method;
  Side side = Side::upper;
  Rigour rigour = Rigour::floating;
  double rate = 0.0;
  std::string norm;      ///< name of the norm; empty for lower rungs, which hold in all
  double seconds = 0.0;  ///< wall time
  std::string note;
  std::optional<Certificate> certificate;  ///< of upper rungs
  /// Of lower rungs, what they rest on: a proved rate of 1 or more is a refutation, and this its witness.
  std::optional<Orbit> orbit{};
  Matrix<double> slopes{};  ///< patterns of slopes, as in SlopeOrbit; of ones for a linear cell
};

struct LadderOptions {
  std::vector<std::string> methods{};      ///< only these; empty: all that the cell has
  int scaling_iterations = 0;              ///< of the diagonal scaling; 0 chooses by size
  InputSet inputs = InputSet::anything();  ///< for which the certificates of gated cells are to hold
  /// False where the cell's input weights and biases only stand in for ones that are not known: then no orbit under a
  /// given input says anything of the true map.
  bool drive_known = true;
};

/// All rungs for a cell, by its kind; none where the kind has no ladder, which makes the verdict undecided. Throws
/// UsageError where options.methods names a method that does not exist.
std::vector<Rung> climb(const Cell<double>& cell, const LadderOptions& options = {});

enum class Verdict { proved, refuted, undecided };
std::string name_of(Verdict verdict);

/// proved: some proved upper rate, with its certificate, is below 1. refuted: some proved lower rate is at least 1.
/// Else undecided; floating rates decide nothing. Proved wins should both be claimed, which would be a defect.
Verdict verdict_of(std::span<const Rung> rungs);

/// Least and largest: the smallest upper and the largest lower rate of the given rigour or better; nothing where no
/// rung has a finite one.
std::optional<UpperBound> best_upper(std::span<const Rung> rungs, Rigour rigour);
std::optional<LowerBound> best_lower(std::span<const Rung> rungs, Rigour rigour);

/// The certificate that promises the shortest context for ε in the Euclidean norm, with states within `reach`; where
/// none promises any, the one with the smallest rate. Null where no rung has a certificate. Proved certificates only.
const Certificate* best_certificate(std::span<const Rung> rungs, const Reach& reach, double epsilon);

/// For the writers of ladders: whether a method is asked for, and a rung from a method, run by the clock.
bool wanted(const LadderOptions& options, std::string_view method);
Rung upper_rung(std::string method, const std::function<std::optional<Certificate>()>& prove);
Rung lower_rung(std::string method, const std::function<std::optional<LowerBound>()>& search);
/// spectral_radius_at_fixed_point, for constant inputs of the options' set (zero where it is not bounded), and
/// periodic_orbit; proved where theory/orbits/orbit.h proves them.
Rung fixed_point_rung(const Cell<double>& cell, const LadderOptions& options);
Rung cycle_rung(const Cell<double>& cell, const LadderOptions& options);
/// Those of the two that are wanted.
void add_orbit_rungs(std::vector<Rung>& rungs, const Cell<double>& cell, const LadderOptions& options);

}  // namespace unrecur
