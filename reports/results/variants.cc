#include "reports/results/variants.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include "reports/results/paper_cells.h"
#include "reports/results/variant_names.h"

namespace unrecur::reports {
namespace {

/// RNNs first, then LSTMs, then the others by name.
std::pair<int, std::string> place_of_cell(const TextMap& config) {
  const std::string cell = text_or(config, "cell");
  return {cell == kPaperRnn ? 0 : cell == kPaperLstm ? 1 : 2, cell};
}

/// The first symbols that a variant was trained on; 0, before all others, where they are all of its text's.
double part_of_text(const TextMap& config) {
  return std::strtod(text_or(config, "train_symbols", "0").c_str(), nullptr);
}

Curve mean_curve(const std::vector<Curve>& seeds, const std::string& family) {
  std::map<double, std::vector<double>> values;
  for (const Curve& curve : seeds) {
    for (std::size_t i = 0; i < curve.x.size(); ++i) values[curve.x[i]].push_back(curve.y[i]);
  }
  Curve mean{family, std::nullopt, {}, {}};
  for (const auto& [x, list] : values) {
    if (list.size() != seeds.size()) continue;
    double sum = 0;
    for (const double y : list) sum += y;
    mean.x.push_back(x);
    mean.y.push_back(sum / static_cast<double>(seeds.size()));
    const auto [low, high] = std::ranges::minmax_element(list);
    mean.low.push_back(*low);
    mean.high.push_back(*high);
  }
  return mean;
}

}  // namespace

std::string slug(const std::string& text) {
  std::string s;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      s += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!s.empty() && s.back() != '-') {
      s += '-';
    }
  }
  while (!s.empty() && s.back() == '-') s.pop_back();
  return s;
}

std::string cell_title(const std::string& cell) {
  if (cell == kPaperRnn) return "RNN";
  std::string words = cell;
  std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return std::toupper(c); });
  return words;
}

std::vector<double> Variant::metrics(const std::string& name) const {
  std::vector<double> values;
  for (const StoredResult* r : results) {
    if (const auto value = r->metric(name)) values.push_back(*value);
  }
  return values;
}

std::vector<Variant> variants_of(std::span<const StoredResult> results) {
  std::map<TextMap, Variant> by_config;
  for (const StoredResult& r : results) {
    Variant& variant = by_config[r.config];
    variant.task = text_or(r.config, "task");
    const std::string set = text_or(r.config, "stable_set");
    variant.stable = !set.empty() && set != "none";
    variant.results.push_back(&r);
  }
  std::vector<Variant> variants;
  for (auto& [config, variant] : by_config) variants.push_back(std::move(variant));
  std::stable_sort(variants.begin(), variants.end(), [](const Variant& a, const Variant& b) {
    return std::make_tuple(a.task, part_of_text(a.config()), a.stable, place_of_cell(a.config())) <
           std::make_tuple(b.task, part_of_text(b.config()), b.stable, place_of_cell(b.config()));
  });
  for (const std::string& task : tasks_of(variants)) {
    std::vector<Variant*> of_task;
    for (Variant& variant : variants) {
      if (variant.task == task) of_task.push_back(&variant);
    }
    name_variants_of_task(of_task);
  }
  return variants;
}

std::vector<std::string> tasks_of(const std::vector<Variant>& variants) {
  std::vector<std::string> tasks;
  for (const Variant& variant : variants) {
    if (tasks.empty() || tasks.back() != variant.task) tasks.push_back(variant.task);
  }
  return tasks;
}

std::string task_title(const std::string& task) {
  static const std::map<std::string, std::string> titles = {{"jsb", "JSB Chorales"},
                                                            {"nottingham", "Nottingham"},
                                                            {"piano-midi", "Piano-midi.de"},
                                                            {"musedata", "MuseData"},
                                                            {"atis", "ATIS"},
                                                            {"ptb-char", "Penn Treebank, characters"},
                                                            {"ptb-word", "Penn Treebank, words"},
                                                            {"wikitext-2", "Wikitext-2"},
                                                            {"teacher", "Stable teacher (synthetic)"},
                                                            {"chorale", "Four-voice chorales (synthetic)"},
                                                            {"grammar", "Probabilistic grammar (synthetic)"},
                                                            {"copy", "Copy memory (synthetic)"},
                                                            {"adding", "Adding (synthetic)"}};
  const auto title = titles.find(task);
  if (title != titles.end()) return title->second;
  return task.empty() ? "All results" : task;
}

std::string short_task(const std::string& task) {
  if (task == "jsb") return "JSB";
  if (task == "ptb-char") return "PTB chars";
  if (task == "ptb-word") return "PTB words";
  return task_title(task);
}

bool on_whole_text(const Variant& variant) {
  return text_or(variant.config(), "train_symbols", "0") == "0";
}

std::string text_title(const Variant& variant) {
  if (on_whole_text(variant)) return task_title(variant.task);
  return task_title(variant.task) + ", the first " + text_or(variant.config(), "train_symbols") + " symbols";
}

std::string label_in_text(const Variant& variant) {
  const std::string part = ", first " + text_or(variant.config(), "train_symbols") + " symbols";
  const bool says = variant.label.size() > part.size() && variant.label.ends_with(part);
  return says ? variant.label.substr(0, variant.label.size() - part.size()) : variant.label;
}

std::vector<NotRun> missing_seeds(const std::vector<Variant>& variants) {
  std::map<std::string, std::set<std::uint64_t>> seeds;
  for (const Variant& variant : variants) {
    for (const StoredResult* r : variant.results) seeds[text_title(variant)].insert(r->seed);
  }
  std::vector<NotRun> missing;
  for (const Variant& variant : variants) {
    std::set<std::uint64_t> lacking = seeds[text_title(variant)];
    for (const StoredResult* r : variant.results) lacking.erase(r->seed);
    for (const std::uint64_t seed : lacking) {
      missing.push_back({variant.results.front()->experiment + ", " + task_title(variant.task) + ", " + variant.label +
                             ", seed " + std::to_string(seed),
                         "no result, although another variant has this seed"});
    }
  }
  return missing;
}

std::vector<std::pair<double, double>> paired(const Variant& first, const Variant& second, const std::string& metric) {
  std::map<std::uint64_t, double> by_seed;
  for (const StoredResult* r : first.results) {
    if (const auto value = r->metric(metric)) by_seed[r->seed] = *value;
  }
  std::vector<std::pair<double, double>> pairs;
  for (const StoredResult* r : second.results) {
    const auto partner = by_seed.find(r->seed);
    const auto value = r->metric(metric);
    if (partner != by_seed.end() && value) pairs.emplace_back(partner->second, *value);
  }
  return pairs;
}

Kind kind_of(const Series& series) {
  if (series.name == "rounding_floor") return Kind::floor;
  if (series.side == "upper") return Kind::upper;
  if (series.side == "lower") return Kind::lower;
  return series.side == "estimate" ? Kind::estimate : Kind::measured;
}

bool add_curves(Figure& figure, const Variant& variant, const std::string& series, const Family& family) {
  std::vector<Curve> seeds;
  Kind kind = Kind::measured;
  for (const StoredResult* r : variant.results) {
    const Series* s = r->find_series(series);
    if (s == nullptr || s->x.empty()) continue;
    kind = kind_of(*s);
    if (figure.x.label.empty()) figure.x.label = s->x_name;
    if (figure.y.label.empty()) figure.y.label = s->y_name;
    seeds.push_back({family.key, r->seed, s->x, s->y});
  }
  if (seeds.empty()) return false;
  Family entry = family;
  entry.kind = kind;
  figure.families.push_back(entry);
  if (seeds.size() > 1) figure.curves.push_back(mean_curve(seeds, family.key));
  for (Curve& curve : seeds) figure.curves.push_back(std::move(curve));
  return true;
}

}  // namespace unrecur::reports
