#include "reports/sections/theorems/tables.h"

#include <algorithm>
#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/sections/theorems/checks.h"

namespace unrecur::reports::theorems {
namespace {

/// Mean over seeds of bound/measured at x; nothing where the measurement is within ten rounding floors of zero.
std::optional<double> ratio(const Variant& variant, const std::string& measured, const std::string& bound,
                            const std::string& floor, double x) {
  std::vector<double> ratios;
  for (const StoredResult* r : variant.results) {
    const Series *m = r->find_series(measured), *b = r->find_series(bound);
    if (m == nullptr || b == nullptr) continue;
    for (std::size_t i = 0; i < std::min(m->y.size(), b->y.size()); ++i) {
      if (m->x[i] == x && m->y[i] > 10.0 * r->metric(floor).value_or(0.0)) ratios.push_back(b->y[i] / m->y[i]);
    }
  }
  return ratios.empty() ? std::nullopt : std::optional(summarize(ratios).mean);
}

std::string cell(const std::optional<double>& value) {
  return value ? format_number(*value, 3) : kNothing;
}

std::string mean_of(const Variant& variant, const std::string& metric, int digits = 3) {
  const auto values = variant.metrics(metric);
  return values.empty() ? kNothing : format_number(summarize(values).mean, digits);
}

std::string quotient(const Variant& variant, const std::string& above, const std::string& below) {
  std::vector<double> values;
  for (const StoredResult* r : variant.results) {
    const auto a = r->metric(above), b = r->metric(below);
    if (a && b && *b > 0.0) values.push_back(*a / *b);
  }
  return values.empty() ? kNothing : format_number(summarize(values).mean, 3);
}

double last_step(const Variant& variant, int order) {
  const Series* s = variant.results.front()->find_series("weight_distance_k" + std::to_string(order));
  return s == nullptr || s->x.empty() ? 0.0 : s->x.back();
}

}  // namespace

Table looseness_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "theorems-looseness";
  table.caption =
      "How loose each bound is: bound over measurement, mean over seeds. 1 is tight; – where the measurement drowns in "
      "rounding. Weights: Proposition 4 and its recursion after the last step, at the second order of the list.";
  table.columns = {
      {"system"},         {"Proposition 3, k = 1", true}, {"k = 8", true},     {"Lemma 1 in parts, k = 1", true},
      {"k = 8", true},    {"γ k λ^k, k = 8", true},       {"recursion", true}, {"Proposition 4", true},
      {"Theorem 1", true}};
  for (const Variant& variant : variants) {
    if (!is_stable(variant)) continue;
    const std::vector<int> orders = weight_orders(variant);
    if (orders.empty()) continue;
    const int k = orders[std::min<std::size_t>(1, orders.size() - 1)];
    const std::string order = "_k" + std::to_string(k);
    const auto weights = [&](const std::string& bound) {
      return cell(ratio(variant, "weight_distance" + order, bound + order, "floor_weights", last_step(variant, k)));
    };
    const auto at = [&](const std::string& measured, const std::string& bound, const std::string& floor, double x) {
      return cell(ratio(variant, measured, bound, floor, x));
    };
    table.rows.push_back({literal(name_of(variant)), at("state_gap", "bound_proposition3", "floor_state", 1),
                          at("state_gap", "bound_proposition3", "floor_state", 8),
                          at("gradient_gap", "bound_lemma1_parts", "floor_gradient", 1),
                          at("gradient_gap", "bound_lemma1_parts", "floor_gradient", 8),
                          at("gradient_gap", "bound_lemma1", "floor_gradient", 8), weights("bound_recursion"),
                          weights("bound_proposition4"),
                          quotient(variant, "bound_theorem1" + order, "prediction_gap" + order)});
  }
  return table;
}

Table reasons_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "theorems-reasons";
  table.caption =
      "Why: what the constants overstate, constant over measurement on the same system. Decay is the measured decay of "
      "the "
      "state gap beside λ. β̂ is the change of the gradient over a short step, so a lower estimate. Shares: of Lemma "
      "1's "
      "four parts at order 1, where no Jacobian is passed and the second part is zero.";
  table.columns = {{"system"},
                   {"λ", true},
                   {"decay", true},
                   {"B_h / reach", true},
                   {"L_p / slope", true},
                   {"β / β̂", true},
                   {"dropped steps", true},
                   {"other ∂φ/∂h", true},
                   {"other ∂φ/∂w", true},
                   {"other ∇p", true}};
  for (const Variant& variant : variants) {
    if (!is_stable(variant)) continue;
    table.rows.push_back({literal(name_of(variant)), mean_of(variant, "rate_upper"), mean_of(variant, "decay_rate"),
                          quotient(variant, "B_h", "reach_measured"), quotient(variant, "L_p", "slope_measured"),
                          quotient(variant, "beta", "smoothness_measured"), mean_of(variant, "share_dropped", 2),
                          mean_of(variant, "share_jacobians", 2), mean_of(variant, "share_weights", 2),
                          mean_of(variant, "share_loss", 2)});
  }
  return table;
}

Table usual_rate_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "theorems-usual-rate";
  table.caption =
      "Projected gradient descent at the rate 1/(β̂ t) that one would choose: how far the recurrent weights move, how "
      "far "
      "the truncated ones end from them at each order, and the exponent αβ of N in the bound, which makes the bound "
      "void.";
  table.columns = {{"system"}, {"αβ", true}, {"way of the weights", true}};
  std::vector<int> orders;
  for (const Variant& variant : variants) {
    if (is_stable(variant)) orders = weight_orders(variant);
    if (!orders.empty()) break;
  }
  for (const int k : orders) table.columns.push_back({"k = " + std::to_string(k), true});
  for (const Variant& variant : variants) {
    if (!is_stable(variant) || orders.empty()) continue;
    std::vector<std::string> row{literal(name_of(variant)), mean_of(variant, "usual_alpha_beta"),
                                 mean_of(variant, "usual_moved_k" + std::to_string(orders.front()))};
    for (const int k : orders) row.push_back(mean_of(variant, "usual_weight_distance_k" + std::to_string(k)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table unforgetting_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "theorems-unforgetting";
  table.caption =
      "Systems that do not forget: what the truncation of order T/2 misses at the last step, relative to the largest "
      "state.";
  table.columns = {{"system"}, {"T = 16", true}, {"T = 64", true}, {"T = 256", true}};
  for (const Variant& variant : variants) {
    if (is_stable(variant)) continue;
    table.rows.push_back({literal(name_of(variant)), mean_of(variant, "relative_gap_half_T16"),
                          mean_of(variant, "relative_gap_half_T64"), mean_of(variant, "relative_gap_half_T256")});
  }
  return table;
}

}  // namespace unrecur::reports::theorems
