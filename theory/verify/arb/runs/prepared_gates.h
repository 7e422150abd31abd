#pragma once

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/runs/run_parts.h"

namespace unrecur::verify {

/// What LSTM and GRU have in common.
class PreparedGates : public PreparedLayer {
 public:
  PreparedGates(const Gated& gates, Inlet inlet)
      : gates_(gates),
        read_(read_of_box(*gates.recurrent, *gates.input, inlet)),
        gate_slope_(gates.gates.greatest_slope().upper()),
        candidate_slope_(gates.candidate.greatest_slope().upper()),
        output_slope_(gates.output.greatest_slope().upper()) {}

  Balls drive(const Vector<double>& x) const override {
    const Balls input(x.begin(), x.end());
    Balls drive;
    for (Index row = 0; row < read_.rows(); ++row) {
      Ball first = entry_of(gates_.bias, row);
      if (row < shared_rows()) first += entry_of(gates_.recurrent_bias, row);
      drive.push_back(sparing_dot(*gates_.input, row, input, first));
    }
    return drive;
  }

 protected:
  /// The rows of a gate in what it reads: R_gate, or (R_gate, U_gate).
  auto block(Index gate) const { return read_.middleRows(gate * gates_.n, gates_.n); }

  /// |block| r of each gate.
  std::vector<Vector<double>> reaches_of(Index gates, const Vector<double>& r) const {
    std::vector<Vector<double>> reaches;
    for (Index g = 0; g < gates; ++g) reaches.push_back(reach_of(block(g), r));
    return reaches;
  }

  /// Values of a function of this largest slope where its argument moves by up to `reach` 2^exponent.
  static Ball moved_by(const Ball& value, double slope, double reach, slong exponent) {
    return widened_by(value, Ball(slope) * scaled(reach, exponent));
  }

  /// Rows in which the recurrent bias does nothing but add.
  virtual Index shared_rows() const { return read_.rows(); }

  Gated gates_;
  Matrix<double> read_;
  double gate_slope_, candidate_slope_, output_slope_;  ///< the largest of each function
};

}  // namespace unrecur::verify
