#pragma once

#include <memory>
#include <optional>
#include <string>

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/prepared_layer.h"

namespace unrecur::verify {

/// A layer whose gates see its last inputs alone, as its attributes say it:
///
///     a = U (x_t, …, x_{t−w+1}) + b,   z = tanh(a_z) or a_z,   f = κ σ(a_f) or κ σ(a_f)/(σ(a_f) + σ(a_i)),
///     c' = f c + (1 − f) z or f c + σ(a_i) z,   h' = c', σ(a_o) c' or σ(a_o) g(c') + (1 − σ(a_o)) x_t,
///
/// with the state (x_t, …, x_{t−w+2}, c, h), h where it is not c. The rows of U are those of z, f and, where there are
/// such, i, o and the map of x_t that is carried in its place.
struct Scan {
  enum class Intake { coupled, gated, shared };
  enum class Outlet { state, gated, highway };

  std::size_t window = 1;
  double cap = 1.0;
  bool tanh_candidate = true, tanh_squash = false;
  Intake intake = Intake::coupled;
  Outlet outlet = Outlet::state;
};

/// The attribute of that name, or what it is where there is none.
std::string attribute_or(const Layer& layer, const char* name, const char* fallback);
/// window and cap of the attributes; nothing where they make no sense.
std::optional<Scan> read_scan(const Layer& layer, const char* window);

/// KindProof::changes of such layers, and of stacks of them with any skip connections: |Δs'| for states that are w
/// apart within the limits, layer by layer upwards, which is the proof of a block triangular bound in max |s_j|/w_j.
Changes changes_of_scan(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart);
Changes changes_of_scans(const Layer& stack, const Claim& claim);

/// KindProof::prepare of such layers, and of a stack of them as a whole. A step costs a product with all weights.
std::unique_ptr<PreparedLayer> prepare_scans(const Layer& layer, Inlet inlet);

/// Entries of the state of one such layer, and of one of its inputs; zero where its weights have other shapes.
std::size_t states_of_scan(const Layer& layer);
std::size_t inputs_of_scan(const Layer& layer);

}  // namespace unrecur::verify
