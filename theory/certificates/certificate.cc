#include "theory/certificates/certificate.h"

#include <utility>

#include "theory/arithmetic/rounding.h"

namespace unrecur {

std::optional<Certificate> proved_certificate(std::string method, Norm norm, double rate, Domain domain) {
  if (!(rate >= 0.0 && rate < kInfinity)) return std::nullopt;
  return Certificate{std::move(method), std::move(norm), {rate, Rigour::proved}, std::move(domain)};
}

}  // namespace unrecur
