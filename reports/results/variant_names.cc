#include "reports/results/variant_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace unrecur::reports {
namespace {

std::string set_in_words(const TextMap& config) {
  const std::string set = text_or(config, "stable_set");
  if (set.empty()) return "";
  std::string words = set;
  std::replace(words.begin(), words.end(), '_', '-');
  return set == "none" ? "unconstrained" : "stable (" + words + ")";
}

/// The variants that have the same values as one of them.
std::vector<const Variant*> alike(const std::vector<Variant*>& variants, const Variant& one,
                                  const std::vector<std::string>& keys) {
  std::vector<const Variant*> found;
  for (const Variant* variant : variants) {
    const bool same = std::ranges::all_of(
        keys, [&](const std::string& key) { return text_or(variant->config(), key) == text_or(one.config(), key); });
    if (same) found.push_back(variant);
  }
  return found;
}

/// The keys in which they differ.
std::set<std::string> differences(const std::vector<const Variant*>& variants) {
  std::set<std::string> keys;
  for (const Variant* variant : variants) {
    for (const auto& [key, value] : variant->config()) {
      const bool differs = std::ranges::any_of(variants, [&](const Variant* other) {
        return text_or(other->config(), key) != text_or(variant->config(), key);
      });
      if (differs) keys.insert(key);
    }
  }
  return keys;
}

/// Names those of one text of a task; `cells` are all of the task, and `more` what tells the text from others of it.
void name_variants(const std::vector<Variant*>& variants, const std::set<std::string>& cells, const std::string& more) {
  std::vector<std::string> same{"cell", "stable_set"};
  const bool modelled =
      std::ranges::all_of(variants, [](const Variant* variant) { return variant->config().contains("model"); });
  if (modelled) same.emplace_back("model");
  for (Variant* variant : variants) {
    const TextMap& config = variant->config();
    std::string& label = variant->label;
    label.clear();
    const auto add = [&](const std::string& words) {
      if (!words.empty()) label += (label.empty() ? "" : ", ") + words;
    };
    if (modelled) {
      add(text_or(config, "model"));
    } else if (cells.size() > 1) {
      add(cell_title(text_or(config, "cell")));
    }
    add(set_in_words(config));
    for (const std::string& key : differences(alike(variants, *variant, same))) {
      add(key + " " + text_or(config, key, "default"));
    }
    add(more);
    if (label.empty()) label = "all";
    variant->key = slug(label);
  }
}

}  // namespace

void name_variants_of_task(const std::vector<Variant*>& variants) {
  std::set<std::string> cells;
  std::map<std::string, std::vector<Variant*>> texts;  // by the symbols they are cut to
  for (Variant* variant : variants) {
    cells.insert(text_or(variant->config(), "cell"));
    texts[on_whole_text(*variant) ? "" : text_or(variant->config(), "train_symbols")].push_back(variant);
  }
  for (const auto& [symbols, of_text] : texts) {
    const bool says = texts.size() > 1 && !symbols.empty();
    name_variants(of_text, cells, says ? "first " + symbols + " symbols" : "");
  }
}

}  // namespace unrecur::reports
