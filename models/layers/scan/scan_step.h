#pragma once

#include "models/arrays/matrix.h"
#include "models/layers/activation.h"

namespace unrecur {

/// What makes a recurrence whose gates see inputs alone one of its kinds (models/layers/scan/scan_cell.h).
struct ScanOptions {
  /// How the candidate comes in: with 1 − f, with a gate of its own, or with 1 − f where f is the share of two gates.
  enum class Intake { coupled, gated, shared };
  /// What leaves: h = c, h = o ∘ c, or h = o ∘ g(c) + (1 − o) ∘ x.
  enum class Outlet { state, gated, highway };

  Index window = 1;  ///< w
  double cap = 1.0;  ///< sup of the forget gate, in (0, 1]
  Activation candidate = Activation::tanh;
  Intake intake = Intake::coupled;
  Outlet outlet = Outlet::state;
  Activation squash = Activation::identity;  ///< g
};

/// The blocks of n rows of the drive, on top of each other: candidate, forget and, where the kind has them, intake,
/// outlet, and what of the input the highway carries.
struct ScanRows {
  ScanRows(const ScanOptions& options, bool projected)
      : intake(options.intake == ScanOptions::Intake::coupled ? -1 : 2),
        outlet(options.outlet == ScanOptions::Outlet::state ? -1 : (intake < 0 ? 2 : 3)),
        carried(projected ? outlet + 1 : -1),
        count(1 + (carried > 0  ? carried
                   : outlet > 0 ? outlet
                   : intake > 0 ? intake
                                : 1)) {}

  static constexpr Index candidate = 0, forget = 1;
  Index intake, outlet, carried;  ///< −1: there is none
  Index count;
};

/// One step of such a recurrence on one column, entry by entry: forward, backward and tangentially. Everything that
/// time binds together is here; products are made for all steps at once, elsewhere. S: float or double.
template <class S>
class ScanStep {
 public:
  using Column = Eigen::Map<Eigen::Array<S, Eigen::Dynamic, 1>>;
  using ConstColumn = Eigen::Map<const Eigen::Array<S, Eigen::Dynamic, 1>>;

  ScanStep(const ScanOptions& options, const ScanRows& rows, Index n)
      : options_(options), rows_(rows), n_(n), cap_(static_cast<S>(options.cap)) {}

  /// `gates` holds the drive and is overwritten with σ and ρ of it (the forget gate's without the cap where it is
  /// shared, else with). Writes c and, where it is not c itself, h. `x` is the input, for highways that carry it as it
  /// is.
  void forward(S* gates, const S* before, const S* x, S* c, S* h) const;
  /// d_c holds ∂loss/∂c of what comes after and is overwritten with ∂loss/∂before; d_h is ∂loss/∂h (added to d_c where
  /// h is c). Writes ∂loss/∂drive, and adds to d_x, where it is not null, what the highway asks of the input.
  void backward(const S* gates, const S* before, const S* c, const S* x, const S* d_h, S* d_c, S* d_drive,
                S* d_x) const;
  /// The tangents of c and h for those of the drive, of c before and, where the highway carries it, of the input (null:
  /// zero).
  void tangent(const S* gates, const S* before, const S* c, const S* x, const S* of_drive, const S* of_before,
               const S* of_x, S* of_c, S* of_h) const;

 private:
  using Intake = ScanOptions::Intake;
  using Outlet = ScanOptions::Outlet;

  void take_in(S* gates, const S* before, S* c) const;
  void take_in_backward(const S* gates, const S* before, S* d_c, S* d_drive) const;
  void take_in_tangent(const S* gates, const S* before, const S* of_drive, const S* of_before, S* of_c) const;
  void let_out(S* gates, const S* x, const S* c, S* h) const;
  void let_out_backward(const S* gates, const S* c, const S* x, const S* d_h, S* d_c, S* d_drive, S* d_x) const;
  void let_out_tangent(const S* gates, const S* c, const S* x, const S* of_drive, const S* of_c, const S* of_x,
                       S* of_h) const;

  Column block(S* gates, Index k) const { return Column(gates + k * n_, n_); }
  ConstColumn block(const S* gates, Index k) const { return ConstColumn(gates + k * n_, n_); }
  /// What of the input the highway carries.
  ConstColumn carried(const S* gates, const S* x) const {
    return rows_.carried >= 0 ? block(gates, rows_.carried) : ConstColumn(x, n_);
  }

  const ScanOptions& options_;
  const ScanRows& rows_;
  Index n_;
  S cap_;
};

}  // namespace unrecur
