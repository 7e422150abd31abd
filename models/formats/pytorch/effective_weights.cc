#include "models/formats/pytorch/effective_weights.h"

#include <algorithm>

#include "base/errors.h"
#include "models/formats/pytorch/parameter_name.h"
#include "models/formats/shared/finite.h"
#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

/// What a stored array is to a weight: the weight, and what follows its name.
struct Role {
  std::string weight, what;
};

Role role_of(const std::string& name) {
  if (parse_parameter_name(name)) return {name, ""};
  constexpr std::string_view inside = "parametrizations.";
  if (const std::size_t at = name.rfind(inside); at != std::string::npos) {
    const std::size_t leaf = at + inside.size(), end = name.find('.', leaf);
    if (end == std::string::npos) return {};
    return {name.substr(0, at) + name.substr(leaf, end - leaf), "." + name.substr(end + 1)};
  }
  const std::size_t at = name.rfind('_');
  return at == std::string::npos ? Role{} : Role{name.substr(0, at), name.substr(at)};
}

bool is_part_of_weight(const Role& role) {
  static constexpr std::string_view known[] = {"", "_raw", "_g", "_v", "_u", "_orig", "_mask"};
  const bool one =
      role.what.starts_with(".") || std::find(std::begin(known), std::end(known), role.what) != std::end(known);
  return one && !role.weight.empty() && parse_parameter_name(role.weight);
}

using Parts = std::map<std::string, const StoredTensor*>;

bool has_exactly(const Parts& parts, std::initializer_list<const char*> names) {
  const std::size_t plain = parts.contains("") ? 1 : 0;
  return parts.size() == names.size() + plain &&
         std::all_of(names.begin(), names.end(), [&](const char* name) { return parts.contains(name); });
}

/// g v / ‖v‖ with the norms of rows, columns, or all of v.
Matrix<double> normalised(const StoredTensor& gains, const StoredTensor& directions, const std::string& file) {
  const Matrix<double> v = load_matrix(directions, file), g = gains.load();
  require_finite(g, file, "tensor '" + gains.name + "'");
  const bool whole = g.size() == 1;
  const bool rows = g.rows() == v.rows() && g.cols() == 1, cols = g.rows() == 1 && g.cols() == v.cols();
  if (!whole && !rows && !cols) {
    throw FileError({file, "tensor '" + gains.name + "'",
                     "expected a gain for each row, each column or all of " + directions.name + ", found " +
                         shape_text(gains.shape),
                     ""});
  }
  if (rows) return v.rowwise().stableNorm().cwiseInverse().cwiseProduct(g).asDiagonal() * v;
  if (cols) return v * v.colwise().stableNorm().cwiseInverse().cwiseProduct(g).asDiagonal();
  return v * (g(0, 0) / v.stableNorm());
}

/// W / (uᵀ W v), where u has as many numbers as W has rows and v as it has columns, or the other way round.
Matrix<double> spectrally_normalised(const StoredTensor& weight, const StoredTensor& left, const StoredTensor& right,
                                     const std::string& file) {
  const Matrix<double> w = load_matrix(weight, file), u = load_column(left, file), v = load_column(right, file);
  if (u.rows() == w.rows() && v.rows() == w.cols()) return w / u.col(0).dot(w * v.col(0));
  if (u.rows() == w.cols() && v.rows() == w.rows()) return w / u.col(0).dot(w.transpose() * v.col(0));
  throw FileError({file, "tensor '" + left.name + "'",
                   "expected singular vectors of " + weight.name + " " + shape_text(weight.shape) + ", found " +
                       shape_text(left.shape) + " and " + shape_text(right.shape),
                   ""});
}

Matrix<double> masked(const StoredTensor& weight, const StoredTensor& mask, const std::string& file) {
  const Matrix<double> w = weight.load(), m = mask.load();
  if (w.rows() != m.rows() || w.cols() != m.cols()) {
    throw FileError({file, "tensor '" + mask.name + "'",
                     "expected a mask of the shape " + shape_text(weight.shape) + ", found " + shape_text(mask.shape),
                     ""});
  }
  return w.cwiseProduct(m);
}

EffectiveWeight combine(const Parts& parts, const std::string& file) {
  EffectiveWeight weight;
  const auto part = [&](const char* name) { return parts.at(name); };
  const auto made = [&](const StoredTensor& shaped, std::string formula, std::function<Matrix<double>()> load) {
    weight.shape = shaped.shape;
    weight.sources = {shaped.name};
    weight.formula = std::move(formula);
    weight.load = std::move(load);
  };
  if (has_exactly(parts, {})) {
    made(*part(""), "", part("")->load);
  } else if (has_exactly(parts, {"_raw"})) {
    made(*part("_raw"), "", part("_raw")->load);
  } else if (has_exactly(parts, {"_g", "_v"})) {
    made(*part("_v"), "g v / |v| (weight norm)",
         [g = *part("_g"), v = *part("_v"), file] { return normalised(g, v, file); });
  } else if (has_exactly(parts, {".original0", ".original1"})) {
    made(*part(".original1"), "g v / |v| (weight norm)",
         [g = *part(".original0"), v = *part(".original1"), file] { return normalised(g, v, file); });
  } else if (has_exactly(parts, {"_orig", "_mask"})) {
    made(*part("_orig"), "the pruned weights (orig times mask)",
         [w = *part("_orig"), m = *part("_mask"), file] { return masked(w, m, file); });
  } else if (has_exactly(parts, {"_orig", "_u", "_v"})) {
    made(*part("_orig"), "W / (u' W v) (spectral norm)",
         [w = *part("_orig"), u = *part("_u"), v = *part("_v"), file] { return spectrally_normalised(w, u, v, file); });
  } else if (has_exactly(parts, {".original", ".0._u", ".0._v"})) {
    made(*part(".original"), "W / (u' W v) (spectral norm)",
         [w = *part(".original"), u = *part(".0._u"), v = *part(".0._v"), file] {
           return spectrally_normalised(w, u, v, file);
         });
  } else {
    const auto shaped =
        std::find_if(parts.begin(), parts.end(), [](const auto& p) { return p.second->shape.size() == 2; });
    if (shaped != parts.end()) weight.shape = shaped->second->shape;
    weight.problem = "computed from stored arrays in a way that is not known here";
  }
  for (const auto& [what, tensor] : parts) {
    if (weight.sources.empty() || tensor->name != weight.sources.front()) weight.sources.push_back(tensor->name);
  }
  if (!weight.problem.empty()) {
    for (const std::string& source : weight.sources)
      weight.problem += (source == weight.sources[0] ? " (" : ", ") + source;
    weight.problem += ")";
  }
  return weight;
}

/// WeightDrop wraps a module: its raw weights lie beside the name "module", all others below it.
void move_into_modules(std::map<std::string, EffectiveWeight>& weights) {
  std::vector<std::string> moving;
  for (const auto& [name, weight] : weights) {
    const auto parts = parse_parameter_name(name);
    if (parts && !weights.contains(parts->weight("ih")) &&
        weights.contains(parts->prefix + "module." + parts->letter + "_ih" + parts->suffix)) {
      moving.push_back(name);
    }
  }
  for (const std::string& name : moving) {
    const auto parts = parse_parameter_name(name);
    EffectiveWeight weight = std::move(weights.at(name));
    weights.erase(name);
    const std::string inside = parts->prefix + "module." + name.substr(parts->prefix.size());
    if (const auto copy = weights.find(inside); copy != weights.end()) {
      weight.sources.insert(weight.sources.end(), copy->second.sources.begin(), copy->second.sources.end());
    }
    weights[inside] = std::move(weight);
  }
}

}  // namespace

std::map<std::string, EffectiveWeight> effective_weights(const std::vector<StoredTensor>& tensors,
                                                         const std::string& file) {
  std::map<std::string, Parts> parts;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Role role = role_of(tensors[i].name);
    if (!is_part_of_weight(role)) continue;
    parts[role.weight].try_emplace(role.what, &tensors[i]);
    places.try_emplace(role.weight, i);
  }
  std::map<std::string, EffectiveWeight> weights;
  for (const auto& [name, those] : parts) {
    weights[name] = combine(those, file);
    weights[name].place = places[name];
  }
  move_into_modules(weights);
  return weights;
}

std::string wrapped_weight(const std::string& name) {
  const Role role = role_of(name);
  return is_part_of_weight(role) && !role.what.empty() ? role.weight : "";
}

}  // namespace unrecur
