#include "reports/sections/theorems/figures.h"

#include "reports/metrics.h"
#include "reports/sections/theorems/checks.h"

namespace unrecur::reports::theorems {
namespace {

Figure blank(const Arm& arm, const std::string& what, const std::string& title, const std::string& x) {
  Figure figure;
  figure.id = block_id("theorems", slug(name_of(arm)), what);
  figure.title = title + ", " + name_of(arm);
  figure.caption = "Measurements are solid, bounds dashed; strong lines are means over seeds.";
  figure.x = {x, false};
  figure.y = {"distance", true};
  return figure;
}

Figure states(const Arm& arm) {
  Figure figure = blank(arm, "states", "State gap and Proposition 3", "truncation order k");
  add_curves(figure, arm, "state_gap", {"measured", "largest state gap", Kind::measured, 1});
  add_curves(figure, arm, "bound_proposition3", {"bound", "Proposition 3", Kind::upper, 2});
  return figure;
}

Figure gradients(const Arm& arm) {
  Figure figure = blank(arm, "gradients", "Gradient gap and Lemma 1", "truncation order k");
  add_curves(figure, arm, "gradient_gap", {"measured", "gradient gap", Kind::measured, 1});
  add_curves(figure, arm, "bound_lemma1_parts", {"parts", "Lemma 1 in four parts", Kind::upper, 2});
  add_curves(figure, arm, "bound_lemma1", {"gamma", "γ k λ^k", Kind::upper, 5});
  return figure;
}

Figure weights(const Arm& arm) {
  Figure figure = blank(arm, "weights", "Distance of the weights and Proposition 4", "steps N");
  figure.x.log = true;
  int colour = 0;
  for (const int k : weight_orders(arm)) {
    const std::string order = "_k" + std::to_string(k), name = "k = " + std::to_string(k);
    const int c = 1 + colour++ % 6;
    add_curves(figure, arm, "weight_distance" + order, {"measured" + order, name + ", measured", Kind::measured, c});
    add_curves(figure, arm, "bound_recursion" + order, {"recursion" + order, name + ", recursion", Kind::upper, c});
    add_curves(figure, arm, "bound_proposition4" + order,
               {"proposition" + order, name + ", Proposition 4", Kind::upper, c, true});
  }
  return figure;
}

}  // namespace

std::vector<Figure> figures(const Arm& arm) {
  std::vector<Figure> list{states(arm), gradients(arm), weights(arm)};
  std::erase_if(list, [](const Figure& figure) { return figure.curves.empty(); });
  return list;
}

Figure unforgetting_figure(const std::vector<Arm>& arms) {
  Figure figure;
  figure.id = "theorems-unforgetting-gaps";
  figure.title = "Systems on which no truncation works, T = 64";
  figure.caption = "What the truncation of order $k$ misses at the last of 64 steps, relative to the largest state.";
  figure.x = {"truncation order k", false};
  figure.y = {"relative gap", false};
  int colour = 1;
  for (const Arm& arm : arms) {
    if (is_stable(arm)) continue;
    add_curves(figure, arm, "relative_gap_T64", {slug(name_of(arm)), name_of(arm), Kind::measured, colour++});
  }
  return figure;
}

}  // namespace unrecur::reports::theorems
