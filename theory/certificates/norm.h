#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// The norms on states in which a rate can be certified.
enum class NormKind {
  one,           ///< Σ |s_j|
  two,           ///< √Σ s_j²
  inf,           ///< max |s_j|
  weighted_one,  ///< Σ v_j |s_j|
  weighted_two,  ///< √Σ (d_j s_j)² = ‖D s‖₂, D = diag(d)
  weighted_inf,  ///< max |s_j| / v_j
  quadratic,     ///< √(sᵀ P s), P symmetric positive definite
};

std::string name_of(NormKind kind);

/// Everything a file has to hold of a norm. `weights` is empty for the plain norms, holds v or d for
/// the weighted ones, and P column by column for the quadratic one.
struct NormData {
  std::string kind;
  Index size = 0;
  std::vector<double> weights;
};

/// A norm on states of a given size, as a value.
class Norm {
 public:
  static Norm one(Index size);
  static Norm two(Index size);
  static Norm inf(Index size);
  /// Weights must be positive and finite; throws UsageError otherwise.
  static Norm weighted_one(Vector<double> v);
  static Norm weighted_two(Vector<double> d);
  static Norm weighted_inf(Vector<double> v);
  /// P must be symmetric and provably positive definite (Cholesky, theory/arithmetic/definite.h); throws UsageError
  /// otherwise. Costs n³.
  static Norm quadratic(Matrix<double> p);
  NormData data() const;

  NormKind kind() const { return kind_; }
  Index size() const { return size_; }
  std::string name() const { return name_of(kind_); }
  /// v or d; empty for plain norms.
  const Vector<double>& weights() const { return weights_; }
  /// P; empty unless quadratic.
  const Matrix<double>& metric() const { return metric_; }

  /// ‖s‖, in floating point. Throws UsageError where the size differs.
  double operator()(const Eigen::Ref<const Vector<double>>& s) const;

  /// c with ‖s‖₂ ≤ c ‖s‖ for every s, rounded upwards: √n for inf, ‖v‖₂ for weighted_inf, 1 / min v for weighted_one,
  /// 1 / min d for weighted_two, 1 / √λ_min(P) (proved) for quadratic, 1 otherwise.
  double to_euclidean() const { return to_euclidean_; }
  /// c with ‖s‖ ≤ c ‖s‖₂, rounded upwards: √n for one, ‖v‖₂ for weighted_one, 1 / min v for weighted_inf, max d for
  /// weighted_two, √λ_max(P) (proved) for quadratic, 1 otherwise. to_euclidean() · from_euclidean() is √κ, the price
  /// in context of a badly conditioned norm.
  double from_euclidean() const { return from_euclidean_; }
  /// An upper bound of max ‖s‖ over the box |s_j| ≤ c; attained but for rounding, save for the quadratic norm.
  double box_radius(double c) const;
  /// The same over the box |s_j| ≤ limits_j.
  double box_radius(const Vector<double>& limits) const;

 private:
  Norm(NormKind kind, Index size) : kind_(kind), size_(size) {}
  void set_factors();

  NormKind kind_;
  Index size_;
  Vector<double> weights_;
  Matrix<double> metric_;
  double to_euclidean_ = 1.0;
  double from_euclidean_ = 1.0;
};

/// An upper bound, proved against rounding, of sup ‖U x‖ / ‖x‖₂: the gain of an input matrix U (n × m) from the
/// Euclidean norm of inputs into a norm on states. Exact but for rounding for two, weighted_two, inf and weighted_inf;
/// for the one-norms the sum of the row norms. Infinite where U is not finite. Costs n m min(n, m) for the two-norms.
double gain_into(const Norm& norm, const Matrix<double>& u);

}  // namespace unrecur
