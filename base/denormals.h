#pragma once

namespace unrecur {

/// For the length of a scope the calling thread, threads that it starts then and those that share its work then
/// (for_each_index) take denormal floating-point numbers (below 1.2e-38 in single precision) for 0, as operands and as
/// results.
///
/// A processor takes some hundred cycles for each product that is one, and training makes them: gradients of symbols
/// that a model is sure of, weights of attention that nobody pays. Nothing that is proved may run in such a scope:
/// error bounds of rounded operations hold with denormal numbers. Does nothing on processors other than x86 and 64-bit
/// Arm.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  unsigned long long before_;
};

/// Whether the calling thread does so now.
bool flushes_denormals();

}  // namespace unrecur
