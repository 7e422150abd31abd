#include "experiments/data/published.h"

#include "base/errors.h"

namespace unrecur {

void require_published(const std::string& file, std::span<const PublishedCount> counts) {
  std::string differences;
  for (const PublishedCount& count : counts) {
    if (count.found == count.published) continue;
    if (!differences.empty()) differences += "; ";
    differences += std::to_string(count.published) + " " + std::string(count.what) + " expected, " +
                   std::to_string(count.found) + " found";
  }
  if (differences.empty()) return;
  throw FileError({file, "counts", differences, "this is not the published file: get it again, or allow other counts"});
}

}  // namespace unrecur
