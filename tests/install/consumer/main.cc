#include <cmath>
#include <iostream>

#include "models/layers/cell_registry.h"
#include "theory/arithmetic/bounds.h"

// One step of h' = tanh(h / 2 + x) from h = 1, x = 0.
int main() {
  const auto cell = unrecur::make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  for (auto& p : cell->parameters()) {
    if (p.name == "weight_hh_l0") p.value.setConstant(0.5);
  }
  const unrecur::Matrix<double> state = unrecur::Matrix<double>::Ones(1, 1),
                                input = unrecur::Matrix<double>::Zero(1, 1);
  const double next = unrecur::step<double>(*cell, state, input)(0, 0);
  const unrecur::UpperBound rate{.value = 0.5, .rigour = unrecur::Rigour::proved};
  std::cout << "h' = " << next << ", rate at most " << rate.value << " (" << unrecur::name_of(rate.rigour) << ")\n";
  return std::abs(next - std::tanh(0.5)) < 1e-15 ? 0 : 1;
}
