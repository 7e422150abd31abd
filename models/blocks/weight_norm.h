#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// W_i = g_i v_i / ‖v_i‖₂, row by row: the length of a row apart from its direction. v is n × m, g n × 1. A row v_i = 0
/// gives W_i = 0. Source: Salimans and Kingma, "Weight normalization" (NeurIPS 2016), equation 2.
template <class S>
Matrix<S> normalised_rows(const Matrix<S>& g, const Matrix<S>& v);

/// Adds the gradients with respect to g and v, given that with respect to W (equation 3 there):
///
///     ∂g_i = ⟨∂W_i, v_i⟩/‖v_i‖,   ∂v_i = g_i/‖v_i‖ (∂W_i − ∂g_i v_i/‖v_i‖);   0 where v_i = 0.
template <class S>
void add_normalised_gradient(const Matrix<S>& g, const Matrix<S>& v, const Matrix<S>& d_weight, Matrix<S>& d_g,
                             Matrix<S>& d_v);

}  // namespace unrecur
