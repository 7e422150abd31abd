#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "models/layers/cell.h"
#include "theory/verify/claim.h"

namespace unrecur::verify_test {

using verify::Claim;
using verify::Finding;

inline verify::Layer layer_of(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

inline bool holds(const Cell<double>& cell, const Claim& claim) {
  return verify::verify(layer_of(cell), claim).proved;
}

inline std::string reason(const Cell<double>& cell, const Claim& claim) {
  return verify::verify(layer_of(cell), claim).reason;
}

/// Skipped where the build has no verifier.
class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  }
  std::mt19937_64 engine_{31};
};

}  // namespace unrecur::verify_test
