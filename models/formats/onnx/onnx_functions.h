#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/formats/onnx/onnx_graph.h"
#include "models/formats/shared/named_function.h"

namespace unrecur {

/// The functions that a recurrent node applies in direction k: those that it states, else the operator's own. Names are
/// in lower case, for they are compared without regard to case; a function is missing where it is none known here or
/// its parameters are not. Fewer than the operator's own where the node states too few.
///
/// The lists of α and β hold a number for each function that takes one, in the order of the functions of all
/// directions, or one for each function; in any other length nobody says whose is whose.
std::vector<NamedFunction> onnx_functions(const OnnxNode& node, const std::vector<std::string>& own, std::size_t k);

}  // namespace unrecur
