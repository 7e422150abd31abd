#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/layers/cell.h"

namespace unrecur {

/// One recurrent layer as a model file describes it, in the conventions of our cells (models/cells/): matrices act on a
/// column from the left, gates lie on top of each other in the order r, z, n (gru) or i, f, g, o (lstm).
struct RecurrentLayer {
  std::string name;
  std::string cell;                    ///< elman, linear, gru, lstm; unknown where an obstacle says why
  Attributes attributes;               ///< what the file says, or its format means: activation, leak, reset, gates
  std::string direction = "forward";   ///< or backward: the layer reads its sequence from the end
  Matrix<double> recurrent;            ///< W, g n × n for g gates; empty where it is not stored
  Matrix<double> input;                ///< U, g n × m; empty where nothing says which tensor it is
  Matrix<double> input_bias;           ///< g n × 1; empty: none
  Matrix<double> recurrent_bias;       ///< g n × 1; empty: none
  Index state_size = 0;                ///< n
  std::vector<std::string> sources{};  ///< names of the tensors in the file, the recurrent one first
  /// What the file leaves open and a LayerChoice must say: activation, leak, reset, gates, hard_sigmoid.
  std::vector<std::string> open{};
  std::string obstacle{};  ///< why this map is none of our cells; empty where it is one
  std::string note{};      ///< what a reader of a verdict has to know of the description; may be empty
  /// The states of the cell are not the file's own, but states whose contraction is the same; distances differ.
  bool conjugate = false;
  /// The layers whose outputs, moved about and nothing else, are this one's inputs, where the file says so.
  std::vector<std::string> reads{};
  /// They are so step for step and entry for entry, on top of each other in the order of `reads`.
  bool reads_in_order = false;
  /// What its inputs are computed from, layers below it or the model's inputs, is not followed: a dense layer or a
  /// convolution lies between, say.
  bool reads_computed = false;
  /// States from which the file has it start, one a column, in the rows of the cell's state; empty: zero, or not said.
  Matrix<double> initial{};
  std::shared_ptr<const Cell<double>> whole{};  ///< the cell itself, where the format stores one of ours
};

/// The rows of `gates` blocks of equal height in another order: block k of the result is block order[k].
Matrix<double> reorder_gates(const Matrix<double>& stacked, const std::vector<Index>& order);

/// Shapes and finite values that make_cell relies on; throws FileError that names the layer. Readers call it.
void require_consistent(const RecurrentLayer& layer, const std::string& file);

/// The layer as a cell with its weights, all bits kept (an elman's two biases become one where their sums are doubles).
/// Where the input matrix is not known it is one column of zeros: then nothing may be concluded from bounded inputs.
/// Throws UsageError where the layer is open or has an obstacle.
std::unique_ptr<Cell<double>> make_cell(const RecurrentLayer& layer);

/// "the file does not say the activation: tanh, relu, …", for the first thing that the layer leaves open; empty where
/// nothing is.
std::string format_open(const RecurrentLayer& layer);

}  // namespace unrecur
