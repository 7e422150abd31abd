#include "reports/sections/theorems/figures.h"

#include "reports/results/metrics.h"
#include "reports/sections/theorems/checks.h"

namespace unrecur::reports::theorems {
namespace {

Figure blank(const Variant& variant, const std::string& what, const std::string& title, const std::string& x) {
  Figure figure;
  figure.id = block_id("theorems", slug(name_of(variant)), what);
  figure.title = title + ", " + name_of(variant);
  figure.caption = "Measurements are solid, bounds dashed; strong lines are means over seeds.";
  figure.x = {x, false};
  figure.y = {"distance", true};
  return figure;
}

Figure states(const Variant& variant) {
  Figure figure = blank(variant, "states", "State gap and Proposition 3", "truncation order k");
  add_curves(figure, variant, "state_gap", {"measured", "largest state gap", Kind::measured, 1});
  add_curves(figure, variant, "bound_proposition3", {"bound", "Proposition 3", Kind::upper, 2});
  return figure;
}

Figure gradients(const Variant& variant) {
  Figure figure = blank(variant, "gradients", "Gradient gap and Lemma 1", "truncation order k");
  add_curves(figure, variant, "gradient_gap", {"measured", "gradient gap", Kind::measured, 1});
  add_curves(figure, variant, "bound_lemma1_parts", {"parts", "Lemma 1 in four parts", Kind::upper, 2});
  add_curves(figure, variant, "bound_lemma1", {"gamma", "γ k λ^k", Kind::upper, 5});
  return figure;
}

Figure weights(const Variant& variant) {
  Figure figure = blank(variant, "weights", "Distance of the weights and Proposition 4", "steps N");
  figure.x.log = true;
  int colour = 0;
  for (const int k : weight_orders(variant)) {
    const std::string order = "_k" + std::to_string(k), name = "k = " + std::to_string(k);
    const int c = 1 + colour++ % 6;
    add_curves(figure, variant, "weight_distance" + order,
               {"measured" + order, name + ", measured", Kind::measured, c});
    add_curves(figure, variant, "bound_recursion" + order, {"recursion" + order, name + ", recursion", Kind::upper, c});
    add_curves(figure, variant, "bound_proposition4" + order,
               {"proposition" + order, name + ", Proposition 4", Kind::upper, c, true});
  }
  return figure;
}

}  // namespace

std::vector<Figure> figures(const Variant& variant) {
  std::vector<Figure> list{states(variant), gradients(variant), weights(variant)};
  std::erase_if(list, [](const Figure& figure) { return figure.curves.empty(); });
  return list;
}

Figure unforgetting_figure(const std::vector<Variant>& variants) {
  Figure figure;
  figure.id = "theorems-unforgetting-gaps";
  figure.title = "Systems on which no truncation works, T = 64";
  figure.caption = "What the truncation of order $k$ misses at the last of 64 steps, relative to the largest state.";
  figure.x = {"truncation order k", false};
  figure.y = {"relative gap", false};
  int colour = 1;
  for (const Variant& variant : variants) {
    if (is_stable(variant)) continue;
    add_curves(figure, variant, "relative_gap_T64",
               {slug(name_of(variant)), name_of(variant), Kind::measured, colour++});
  }
  return figure;
}

}  // namespace unrecur::reports::theorems
