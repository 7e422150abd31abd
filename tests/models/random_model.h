#pragma once

#include <random>
#include <vector>

#include "models/layers/cell_registry.h"
#include "models/sequence/sequence_model.h"

namespace unrecur::testing {

/// Uniform numbers in [−scale, scale], the same on every machine.
template <class S>
void fill(Matrix<S>& matrix, std::mt19937_64& engine, double scale) {
  for (Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = static_cast<S>(scale * (2.0 * static_cast<double>(engine() >> 11) * 0x1p-53 - 1.0));
  }
}

template <class S>
Matrix<S> random_matrix(Index rows, Index cols, std::mt19937_64& engine, double scale = 1.0) {
  Matrix<S> m(rows, cols);
  fill(m, engine, scale);
  return m;
}

template <class S>
void randomise(Parameters<S>& parameters, std::mt19937_64& engine, double scale) {
  for (auto& p : parameters) fill(p.value, engine, scale);
}

/// Every variant of every cell that the tests run through.
struct CellCase {
  std::string kind;
  Attributes attributes;
};

inline std::vector<CellCase> all_cell_cases() {
  return {{"linear", {}},
          {"elman", {{"activation", "tanh"}}},
          {"elman", {{"activation", "relu"}}},
          {"elman", {{"activation", "sigmoid"}}},
          {"elman", {{"activation", "tanh"}, {"leak", "0.3"}}},
          {"elman", {{"activation", "identity"}, {"leak", "0.7"}}},
          {"elman", {{"activation", "tanh"}, {"recurrent_bias", "true"}}},
          {"lstm", {}},
          {"lstm", {{"recurrent_bias", "true"}}},
          {"elman", {{"activation", "elu"}, {"activation_slope", "0.6"}, {"leak", "0.4"}}},
          {"elman", {{"activation", "hard_sigmoid"}, {"activation_slope", "0.3"}, {"activation_at_zero", "0.4"}}},
          {"lstm", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}, {"candidate", "softsign"}}},
          {"capped_lstm", {{"cap", "0.9"}}},
          {"capped_lstm", {{"cap", "0.7"}, {"recurrent_bias", "true"}, {"candidate", "softsign"}}},
          {"lstm", {{"candidate", "relu"}, {"output", "leaky_relu"}, {"output_slope", "0.1"}}},
          {"gru", {{"reset", "after"}, {"gates", "hard_sigmoid"}, {"gates_slope", "0.16666666666666666"}}},
          {"gru", {{"reset", "before"}, {"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}, {"candidate", "softsign"}}},
          {"gru", {{"reset", "after"}}},
          {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
          {"gru", {{"reset", "before"}}},
          {"gru", {{"reset", "before"}, {"recurrent_bias", "true"}}},
          {"qrnn", {{"window", "1"}, {"pooling", "f"}}},
          {"qrnn", {{"window", "2"}, {"pooling", "fo"}, {"cap", "0.9"}}},
          {"qrnn", {{"window", "3"}, {"pooling", "ifo"}, {"cap", "0.7"}}},
          {"sru", {{"cap", "0.95"}}},
          {"sru", {{"activation", "tanh"}, {"window", "2"}}},
          {"mingru", {{"cap", "0.8"}}},
          {"mingru", {{"activation", "tanh"}, {"window", "3"}}},
          {"minlstm", {{"cap", "0.8"}}},
          {"minlstm", {{"activation", "tanh"}, {"window", "2"}}},
          {"stack", {{"layers", "1"}, {"layer", "linear"}}},
          {"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}}},
          {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
          {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}, {"recurrent_bias", "true"}}},
          {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"skip", "residual"}}},
          {"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "2,4,3"}}},
          {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}, {"width", "4,1"}, {"skip", "dense"}}},
          {"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}, {"skip", "dense"}}},
          {"stack", {{"layers", "3"}, {"layer", "qrnn"}, {"cap", "0.9"}, {"skip", "dense"}}},
          {"stack", {{"layers", "2"}, {"layer", "sru"}, {"skip", "residual"}}}};
}

/// Stacks whose layers differ in more than their sizes.
inline std::vector<CellCase> mixed_stack_cases() {
  return {
      {"stack", {{"layers", "2"}, {"layer", "gru,lstm"}, {"0.reset", "after"}, {"width", "3,2"}}},
      {"stack",
       {{"layers", "3"},
        {"layer", "lstm,elman,gru"},
        {"1.activation", "tanh"},
        {"1.leak", "0.4"},
        {"2.reset", "before"}}},
      {"stack",
       {{"layers", "2"}, {"layer", "gru"}, {"0.reset", "before"}, {"1.reset", "after"}, {"1.recurrent_bias", "true"}}},
      {"stack",
       {{"layers", "2"},
        {"layer", "lstm,gru"},
        {"0.gates", "hard_sigmoid"},
        {"0.gates_slope", "0.2"},
        {"1.reset", "after"},
        {"skip", "dense"}}},
      {"stack", {{"layers", "2"}, {"layer", "qrnn,mingru"}, {"0.cap", "0.9"}, {"1.cap", "0.8"}, {"skip", "residual"}}}};
}

/// Whether some function of the cell has kinks, where differences mean nothing.
inline bool has_kinks(const CellCase& c) {
  for (const auto& [name, value] : c.attributes) {
    if (value == "relu" || value == "hard_sigmoid" || value == "leaky_relu" || value == "elu") return true;
  }
  return false;
}

inline void PrintTo(const CellCase& c, std::ostream* out) {
  *out << c.kind;
  for (const auto& [name, value] : c.attributes) *out << ' ' << name << '=' << value;
}

template <class S>
std::unique_ptr<Cell<S>> random_cell(const CellCase& c, Index m, Index n, std::mt19937_64& engine, double scale = 0.6) {
  auto cell = make_cell<S>(c.kind, m, n, c.attributes);
  randomise(cell->parameters(), engine, scale);
  return cell;
}

}  // namespace unrecur::testing
