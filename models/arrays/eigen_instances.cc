#include "models/arrays/eigen_instances.h"

#ifdef UNRECUR_EIGEN_INSTANCES
namespace Eigen::internal {
UNRECUR_EIGEN_INSTANCES(template)
}  // namespace Eigen::internal
#endif
