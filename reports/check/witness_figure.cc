#include "reports/check/witness_figure.h"

namespace unrecur::reports {

std::optional<Figure> witness_figure(const std::optional<CheckedWitness>& witness, const std::string& id,
                                     const CheckedContext& context, double epsilon) {
  if (!witness || witness->steps.size() < 2) return std::nullopt;
  const CheckedWitness& w = *witness;
  const std::string observed = context.of == "states" ? "states" : "outputs";
  return Figure{
      .id = "witness-" + id,
      .title = "Two sequences that end alike",
      .caption =
          "After the inputs in which they differ both read the same ones. Their gap is the Euclidean distance of the " +
          observed +
          "; where it is more than $2\\varepsilon$ nothing that sees the common inputs only is within "
          "$\\varepsilon$ of both. The runs are drawn along the direction in which they differ at the end. Drawn "
          "in floating point; the proof is in ball arithmetic.",
      .x = {"common steps", false},
      .y = {observed, false},
      .families = {{"gap", "gap", Kind::measured, 1, false},
                   {"first", "first sequence", Kind::measured, 2, false},
                   {"second", "second sequence", Kind::measured, 3, false}},
      .curves = {{"gap", std::nullopt, w.steps, w.gap},
                 {"first", std::nullopt, w.steps, w.first},
                 {"second", std::nullopt, w.steps, w.second}},
      .levels = {{'y', 2.0 * epsilon, "2ε", 0}},
      .wide = true};
}

}  // namespace unrecur::reports
