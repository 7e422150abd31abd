#pragma once

#include <limits>

#include "models/layers/scan/scan_cell.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// What a layer reads: x of a set on top (null: nothing of it), below it numbers with |y_i| ≤ reach_i.
struct ScanInputs {
  const InputSet* set = nullptr;
  Index set_rows = 0;  ///< m of the set
  Vector<double> reach{};
};

/// The largest double: where nothing bounds an input, every input that there can be is at most that.
inline constexpr double kAnyInput = std::numeric_limits<double>::max();

/// sup |y_i| of all that the layer reads; kAnyInput where nothing bounds it.
Vector<double> input_limits(const ScanInputs& inputs);

/// Upper bounds, unit by unit and rounded upwards, of what a scan (models/layers/scan/scan_cell.h) can do while it
/// reads inputs of its set and its stored inputs stay within the inputs' limits. Infinite where there is none.
struct ScanBounds {
  Vector<double> inputs;        ///< limits of what it reads, and so of what it stores
  Vector<double> kept;          ///< sup f
  Vector<double> memory;        ///< |c| stays within this once it does
  Vector<double> output;        ///< and |h| within this
  Vector<double> of_candidate;  ///< |∂c'/∂a_z|
  Vector<double> of_forget;     ///< |∂c'/∂a_f|
  Vector<double> of_intake;     ///< |∂c'/∂a_i|; empty where there is no such gate
  Vector<double> passed;        ///< |∂h'/∂c'|; empty where h = c, as the two below
  Vector<double> of_outlet;     ///< |∂h'/∂a_o|
  Vector<double> carried;       ///< |∂h'/∂x_t| or |∂h'/∂a_x|; empty where nothing is carried
};
ScanBounds scan_bounds(const ScanCell<double>& cell, const ScanInputs& inputs);

}  // namespace unrecur
