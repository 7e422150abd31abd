#pragma once

#include <Eigen/Core>

namespace unrecur {

/// Shape letters, everywhere: n state size, m input size, p output size, T time steps, B batch, k truncation order.
/// A state is a column; a batch is columns.
using Index = Eigen::Index;

template <class S>
using Matrix = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic>;
template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

/// Views of consecutive columns of a matrix; a whole matrix converts to one without a copy.
template <class S>
using MatrixRef = Eigen::Ref<Matrix<S>>;
template <class S>
using ConstMatrixRef = Eigen::Ref<const Matrix<S>>;

}  // namespace unrecur
