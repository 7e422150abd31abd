#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/scans/scan_chain.h"

namespace unrecur::verify {

/// What a layer reads: the model's inputs (where it does), then outputs below it, which are at most `reach`.
struct Reads {
  bool external = false;
  std::size_t external_rows = 0;
  Balls reach{};
};

/// Proves one layer of a chain whose states begin at `first` in the claim, and whose newest inputs are `apart` (empty:
/// the same).
class LayerProof {
 public:
  LayerProof(const ScanLayer& layer, const Claim& claim, std::size_t first, const Reads& reads, const Balls& apart)
      : layer_(layer), claim_(claim), first_(first), reads_(reads), apart_(apart) {}

  /// Appends |Δs'| of the layer to `changes`; what fails, where something does.
  std::string run(Balls& changes);

  /// |Δh'|, after run.
  const Balls& outputs() const { return outputs_; }

 private:
  Ball weight_of(std::size_t row) const { return weight(claim_, static_cast<Index>(first_ + row)); }
  Ball limit_of(std::size_t row) const { return limit(claim_, static_cast<Index>(first_ + row)); }
  Ball input_apart(std::size_t i) const { return apart_.empty() ? Ball(0.0) : apart_[i]; }
  double u(std::size_t row, std::size_t column) const {
    return (*layer_.u)(static_cast<Index>(row), static_cast<Index>(column));
  }
  const std::optional<Range>& drive(std::size_t block, std::size_t j) const {
    return drives_[block * layer_.units + j];
  }
  const Ball& moved(std::size_t block, std::size_t j) const { return moved_[block * layer_.units + j]; }

  /// Largest sizes of the newest inputs; every double where the claim is about all inputs.
  std::string find_inputs();
  /// Stored inputs are within the claimed limits, and stay there on their way back.
  std::string stored_inputs() const;
  /// Where each row of the drive can lie; nothing where inputs without a bound reach it.
  void find_drives();
  /// How far each row of the drive moves.
  void find_moves();
  /// sup σ, sup 1 − σ and sup σ' of a gate.
  Ball gate_up(std::size_t block, std::size_t j) const;
  Ball gate_left(std::size_t block, std::size_t j) const;
  Ball gate_slope(std::size_t block, std::size_t j) const;
  /// c and h of one unit: their limits are kept, and how far they move.
  std::string unit(std::size_t j, Balls& memory, Balls& hidden) const;
  /// f = κ s, s = σ(a_f)/(σ(a_f) + σ(a_i)) = σ(d), d = ln σ(a_f) − ln σ(a_i): sup f, and how far c' moves by the gates.
  std::pair<Ball, Ball> shared(std::size_t j, const Ball& apart, const Ball& z_slope) const;
  std::string outlet(std::size_t j, const Ball& cell, const Ball& c_limit, Balls& hidden) const;

  const ScanLayer& layer_;
  const Claim& claim_;
  std::size_t first_;
  const Reads& reads_;
  const Balls& apart_;
  bool anything_ = false;
  Balls newest_, moved_, outputs_;
  std::vector<std::optional<Range>> drives_;
};

}  // namespace unrecur::verify
