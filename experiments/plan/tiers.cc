#include "experiments/plan/tiers.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/errors.h"
#include "base/json_text.h"
#include "experiments/plan/toml_entries.h"
#include "experiments/support/names.h"

namespace unrecur {
namespace {

/// Reads one file; `file` is its name in messages.
class TierReader {
 public:
  explicit TierReader(const std::string& file) : file_(file) {}

  ExperimentConfig read(const toml::table& root) {
    require_known(root, {"experiment", "title", "jobs_of", "claim", "verdict", "tier"}, "");
    ExperimentConfig result;
    result.file = file_;
    const Config names = without(root, {"claim", "verdict", "tier"});
    result.experiment = names.get_string("experiment");
    if (names.has("jobs_of") || names.has("title")) {
      result.jobs_of = names.get_string("jobs_of");
      result.title = names.get_string("title");
      if (result.jobs_of == result.experiment) names.reject("jobs_of", "expected another experiment");
    }
    if (const toml::table* claim = table_at(root, "claim", "claim")) result.claim = config_of(*claim);
    if (const toml::table* verdict = table_at(root, "verdict", "verdict")) result.verdict = config_of(*verdict);
    const toml::table* tiers = table_at(root, "tier", "tier");
    if (tiers == nullptr || tiers->empty())
      throw FileError({file_, "tier", "expected at least one table [tier.NAME]", ""});
    require_known(*tiers, {tier_names.begin(), tier_names.end()}, "tier.");
    for (const auto& [key, node] : *tiers) {
      const std::string name(key.str());
      const toml::table* table = table_at(*tiers, name, "tier." + name);
      result.tiers[name] = result.jobs_of.empty() ? tier_of(*table, "tier." + name) : view_of(*table);
    }
    return result;
  }

 private:
  Config config_of(const toml::table& table) const { return Config(file_, entries_of(table, file_)); }

  /// The single values of a table whose inner tables are read elsewhere.
  Config without(const toml::table& table, const std::vector<std::string>& keys) const {
    return Config(file_, entries_of(table, file_, keys));
  }

  /// The inner table; null where there is none.
  const toml::table* table_at(const toml::table& table, const std::string& key, const std::string& place) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) throw FileError({file_, toml_place(place, node->source()), "expected a table", ""});
    return node->as_table();
  }

  void require_known(const toml::table& table, const std::vector<std::string>& known, const std::string& prefix) const {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::ranges::find(known, name) != known.end()) continue;
      throw FileError({file_, toml_place(prefix + name, key.source()), "unknown key", suggest_name(name, known)});
    }
  }

  std::vector<std::uint64_t> seeds_of(const Config& config) const {
    std::vector<std::uint64_t> seeds;
    for (const std::int64_t seed : config.get_ints("seeds", {.at_least = 0})) {
      seeds.push_back(static_cast<std::uint64_t>(seed));
    }
    if (seeds.empty()) config.reject("seeds", "expected at least one seed");
    if (std::set<std::uint64_t>(seeds.begin(), seeds.end()).size() != seeds.size()) {
      config.reject("seeds", "expected each seed once");
    }
    return seeds;
  }

  /// Seeds, and cost and threads of one job, taken out of the keys; those of `otherwise` where there are none.
  Variant take_cost(Config::Entries entries, const Variant& otherwise) const {
    Config::Entries cost;
    for (const char* key : {"seeds", "threads", "minutes", "disk_mib"}) {
      if (auto node = entries.extract(std::string(key))) cost.insert(std::move(node));
    }
    const Config given(file_, std::move(cost));
    Variant variant;
    variant.seeds = given.has("seeds") ? seeds_of(given) : otherwise.seeds;
    variant.threads = static_cast<int>(given.get_int("threads", otherwise.threads, {.at_least = 1, .at_most = 1024}));
    variant.minutes = given.get_double("minutes", otherwise.minutes, {.at_least = 0});
    variant.disk_mib = given.get_double("disk_mib", otherwise.disk_mib, {.at_least = 0});
    variant.config = Config(file_, std::move(entries));
    return variant;
  }

  Tier view_of(const toml::table& table) const {
    Tier tier;
    const Config lists = config_of(table);
    for (const auto& [key, node] : table) {
      const std::vector<std::string> values = lists.get_strings(key.str());
      if (values.empty()) lists.reject(key.str(), "expected at least one value");
      tier.selection[std::string(key.str())] = {values.begin(), values.end()};
    }
    return tier;
  }

  Tier tier_of(const toml::table& table, const std::string& place) const {
    require_known(table, {"seeds", "minutes", "disk_mib", "threads", "base", "recipe", "variant"}, place + ".");
    const Config own = without(table, {"base", "recipe", "variant"});
    Tier tier;
    Variant base;
    base.seeds = seeds_of(own);
    base.threads = static_cast<int>(own.get_int("threads", 1, {.at_least = 1, .at_most = 1024}));
    base.minutes = own.get_double("minutes", {.at_least = 0});
    base.disk_mib = own.get_double("disk_mib", {.at_least = 0});
    Config shared(file_, {});
    if (const toml::table* keys = table_at(table, "base", place + ".base")) shared = config_of(*keys);
    const Recipes recipes = recipes_of(table, place + ".recipe");
    std::set<std::string> followed;

    const toml::array* variants = table.get_as<toml::array>("variant");
    if (variants == nullptr || variants->empty()) {
      throw FileError({file_, place + ".variant", "expected at least one table [[" + place + ".variant]]", ""});
    }
    for (const toml::node& node : *variants) {
      for (Config::Entries& entries : variants_of(table_of(node, place + ".variant"), place + ".variant")) {
        follow_recipe(entries, recipes, followed);
        Variant variant = take_cost(std::move(entries), base);
        variant.config = shared.overridden_by(variant.config);
        tier.variants.push_back(std::move(variant));
      }
    }
    for (const auto& [name, entries] : recipes) {
      if (followed.contains(name)) continue;
      throw FileError({file_, place + ".recipe." + name, "expected a variant with recipe = \"" + name + "\"", ""});
    }
    return tier;
  }

  using Recipes = std::map<std::string, Config::Entries>;

  Recipes recipes_of(const toml::table& table, const std::string& place) const {
    Recipes recipes;
    const toml::table* all = table_at(table, "recipe", place);
    if (all == nullptr) return recipes;
    for (const auto& [key, node] : *all) {
      const std::string name(key.str());
      const toml::table* recipe = table_at(*all, name, place + "." + name);
      recipes[name] = entries_of(*recipe, file_);
    }
    return recipes;
  }

  /// Adds to the entries of a variant what its recipe has beside them; `followed` notes its name.
  void follow_recipe(Config::Entries& entries, const Recipes& recipes, std::set<std::string>& followed) const {
    Config::Entries named;
    if (auto node = entries.extract(std::string("recipe"))) named.insert(std::move(node));
    if (named.empty()) return;
    const Config given(file_, std::move(named));
    const std::string name = given.get_string("recipe");
    const auto recipe = recipes.find(name);
    if (recipe == recipes.end()) {
      std::vector<std::string> known;
      for (const auto& [other, keys] : recipes) known.push_back(other);
      given.reject("recipe", "expected a recipe of this tier, found '" + name + "'", suggest_name(name, known));
    }
    followed.insert(name);
    entries.insert(recipe->second.begin(), recipe->second.end());
  }

  const toml::table& table_of(const toml::node& node, const std::string& place) const {
    if (!node.is_table()) throw FileError({file_, toml_place(place, node.source()), "expected a table", ""});
    return *node.as_table();
  }

  /// The entries of a variant, once for each of its `each`.
  std::vector<Config::Entries> variants_of(const toml::table& variant, const std::string& place) const {
    const Config::Entries common = entries_of(variant, file_, {"each"});
    const toml::node* node = variant.get("each");
    if (node == nullptr) return {common};
    const toml::array* cases = node->as_array();
    if (cases == nullptr || cases->empty()) {
      throw FileError(
          {file_, toml_place(place + ".each", node->source()), "expected a list of tables, { key = value, … }", ""});
    }
    std::vector<Config::Entries> result;
    for (const toml::node& one : *cases) {
      result.push_back(entries_of(table_of(one, place + ".each"), file_));
      result.back().insert(common.begin(), common.end());
    }
    return result;
  }

  const std::string& file_;
};

void require_name(const ExperimentConfig& config, const std::string& stem) {
  if (config.experiment == stem) return;
  throw FileError({config.file, "experiment",
                   "expected the file's name, \"" + stem + "\", found \"" + config.experiment + "\"",
                   "rename the file or the experiment"});
}

}  // namespace

bool selects(const Selection& selection, const Config& variant) {
  const Config own = variant;  // looking here is not reading by the experiment
  return std::ranges::all_of(selection, [&](const auto& entry) {
    return own.has(entry.first) && entry.second.contains(own.get_string(entry.first));
  });
}

ExperimentConfig parse_experiment_config(std::string_view text, const std::string& file) {
  return TierReader(file).read(parse_toml(text, file));
}

std::vector<ExperimentConfig> load_experiment_configs(const std::optional<std::filesystem::path>& folder) {
  std::vector<ExperimentConfig> result;
  const auto add = [&](std::string_view text, const std::filesystem::path& file) {
    result.push_back(parse_experiment_config(text, file.string()));
    require_name(result.back(), file.stem().string());
  };
  if (folder) {
    if (!std::filesystem::is_directory(*folder)) {
      throw FileError({folder->string(), "", "expected a folder with configurations (*.toml)", ""});
    }
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
      if (entry.path().extension() == ".toml") add(read_small_text(entry.path()), entry.path());
    }
  } else {
    for (const EmbeddedConfig& config : embedded_configs()) add(config.text, config.name);
  }
  std::ranges::sort(result, {}, &ExperimentConfig::experiment);
  return result;
}

}  // namespace unrecur
