#include "models/formats/pytorch/pickle_calls.h"

#include <algorithm>
#include <array>

namespace unrecur {
namespace {

constexpr std::array callable = {"collections.OrderedDict",
                                 "collections.defaultdict",
                                 "torch._utils._rebuild_tensor",
                                 "torch._utils._rebuild_tensor_v2",
                                 "torch._utils._rebuild_parameter",
                                 "torch._utils._rebuild_parameter_with_state",
                                 "torch._utils._rebuild_qtensor",
                                 "torch.jit._pickle.build_intlist",
                                 "torch.jit._pickle.build_doublelist",
                                 "torch.jit._pickle.build_boollist",
                                 "torch.jit._pickle.build_tensorlist",
                                 "torch.jit._pickle.restore_type_tag",
                                 "torch.Size",
                                 "torch.device",
                                 "numpy.core.multiarray.scalar",
                                 "numpy._core.multiarray.scalar",
                                 "numpy.core.multiarray._reconstruct",
                                 "numpy._core.multiarray._reconstruct",
                                 "numpy.dtype",
                                 "_codecs.encode",
                                 "pathlib.PosixPath",
                                 "pathlib.WindowsPath",
                                 "copyreg._reconstructor",
                                 "copy_reg._reconstructor",
                                 "builtins.set",
                                 "__builtin__.set",
                                 "builtins.frozenset",
                                 "builtins.complex",
                                 "builtins.bytearray",
                                 "__builtin__.bytearray",
                                 "builtins.slice"};

}  // namespace

bool pickle_may_call(const std::string& name) {
  return std::any_of(callable.begin(), callable.end(), [&](const char* known) { return name == known; });
}

}  // namespace unrecur
