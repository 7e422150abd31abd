#pragma once

#include <string>
#include <string_view>

#include "models/arrays/matrix.h"

namespace unrecur {

/// ρ in h' = ρ(W h + U x + b), applied entry by entry.
///
///     tanh      slope in [0, 1]         relu      slope in {0, 1} (0 at 0)
///     sigmoid   slope in [0, 1/4]       identity  slope 1
enum class Activation { tanh, relu, sigmoid, identity };

/// Throws UsageError that lists the names.
Activation activation_named(std::string_view name);
std::string name_of(Activation activation);

/// a = ρ(a).
template <class S>
void activate(Activation activation, MatrixRef<S> a);

/// d = d ∘ ρ'(a), given r = ρ(a): every slope here is a function of the value.
template <class S>
void scale_by_slope(Activation activation, const ConstMatrixRef<S>& r, MatrixRef<S> d);

}  // namespace unrecur
