#include "experiments/plan/data_needs.h"

#include "experiments/data/catalogue.h"

namespace unrecur {

DataNeeds DataChecker::operator()(const Config& config) {
  const Config own = config;  // looking here is not reading by the experiment
  const DataSet* set = own.has("task") ? search_set(own.get_string("task")) : nullptr;
  DataNeeds needs;
  if (set == nullptr) return needs;
  for (const DataFile& file : set->files) {
    const std::string name(file.path);
    if (!source_.search(name)) {
      needs.missing = "the data set " + std::string(set->name) + " is not there";
      needs.remedy = "run `unrecur data get " + std::string(set->name) +
                     "`, or name the folder of the data sets, as UNRECUR_DATA does";
      return needs;
    }
    auto found = known_.find(name);
    if (found == known_.end()) found = known_.emplace(name, source_.checksum(name)).first;
    needs.checksums.insert(*found);
  }
  return needs;
}

}  // namespace unrecur
