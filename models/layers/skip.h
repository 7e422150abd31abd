#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"
#include "models/layers/sequence_layer.h"

namespace unrecur {

/// What a layer of a stack reads beside the output of the layer below. With p_k the output of layer k, times its
/// dropout mask where there is one:
///
///     none       layer k reads p_{k−1};                                 h = p_{L−1}
///     residual   layer k reads z_k = p_0 + … + p_{k−1};                 h = p_0 + … + p_{L−1}
///     dense      layer k reads (x, p_0, …, p_{k−1}) on top of each other;   h = (p_0, …, p_{L−1})
///
/// The first layer always reads x. In every case h is a function of the layers' outputs alone, so that a stack of
/// recurrences is one. Sources: He et al. 2016 (residual); Graves 2013, Huang et al. 2017 (dense).
enum class Skip { none, residual, dense };

/// Throws UsageError that lists the names.
Skip skip_named(std::string_view name);
std::string name_of(Skip skip);

/// Throws UsageError where there is no layer, or where the sizes do not fit with these connections.
void require_fit(Skip skip, const std::vector<LayerSizes>& layers);

/// What layer k reads: `outputs` are those of the layers below it at least, each with as many columns as x.
template <class S>
Matrix<S> skip_input(Skip skip, Index k, const ConstMatrixRef<S>& x, const std::vector<Matrix<S>>& outputs);

/// What all layers give together.
template <class S>
Matrix<S> skip_output(Skip skip, const std::vector<Matrix<S>>& outputs);

}  // namespace unrecur
