#include "theory/certificates/certificate.h"

#include <utility>

#include "theory/arithmetic/rounding.h"

namespace unrecur {

bool Domain::holds(const Eigen::Ref<const Vector<double>>& state) const {
  if (limits.size() > 0 && !(state.cwiseAbs().array() <= limits.array()).all()) return false;
  if (low.size() > 0 && !(state.array() >= low.array() && state.array() <= high.array()).all()) return false;
  const Index n = lean.size();
  if (n == 0) return true;
  // With room for the rounding of h − lean c: what is said to be inside is.
  const Vector<double> line = lean.cwiseProduct(state.head(n)), off = state.tail(n) - line;
  const Vector<double> error = 4.0 * kUnitRoundoff * (line.cwiseAbs() + state.tail(n).cwiseAbs());
  return (off.array() - error.array() >= off_low.array() && off.array() + error.array() <= off_high.array()).all();
}

std::optional<Certificate> proved_certificate(std::string method, Norm norm, double rate, Domain domain) {
  if (!(rate >= 0.0 && rate < kInfinity)) return std::nullopt;
  return Certificate{std::move(method), std::move(norm), {rate, Rigour::proved}, std::move(domain)};
}

}  // namespace unrecur
