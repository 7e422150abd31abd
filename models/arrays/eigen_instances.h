#pragma once

#include <Eigen/Core>

// Eigen's products of matrices and with vectors are compiled once (eigen_instances.cc), with the optimisation of the
// kernels, not again in every file that uses them. Part of what is precompiled; a build without that compiles them
// where they are used. Their names are Eigen's own business, so this holds for the version that it was written for.
#if EIGEN_WORLD_VERSION == 3 && EIGEN_MAJOR_VERSION == 4 && EIGEN_MINOR_VERSION == 0
#define UNRECUR_EIGEN_INSTANCES(KEYWORDS)                                                                              \
  KEYWORDS struct gebp_kernel<double, double, Index, blas_data_mapper<double, Index, ColMajor>,                        \
                              gebp_traits<double, double>::mr, gebp_traits<double, double>::nr, false, false>;         \
  KEYWORDS struct general_matrix_matrix_product<Index, double, ColMajor, false, double, ColMajor, false, ColMajor, 1>; \
  KEYWORDS struct general_matrix_vector_product<Index, double, const_blas_data_mapper<double, Index, ColMajor>,        \
                                                ColMajor, false, double,                                               \
                                                const_blas_data_mapper<double, Index, RowMajor>, false>;               \
  KEYWORDS struct general_matrix_vector_product<Index, double, const_blas_data_mapper<double, Index, RowMajor>,        \
                                                RowMajor, false, double,                                               \
                                                const_blas_data_mapper<double, Index, ColMajor>, false>;

namespace Eigen::internal {
UNRECUR_EIGEN_INSTANCES(extern template)
}  // namespace Eigen::internal
#endif
