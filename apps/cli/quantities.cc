#include "apps/cli/quantities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace unrecur {

std::string minutes_text(double minutes) {
  if (minutes < 59.0 / 60) return count_text(static_cast<int>(std::max(1.0, std::ceil(60 * minutes - 1e-9))), "second");
  if (minutes < 90) return count_text(static_cast<int>(std::ceil(minutes)), "minute");
  return fmt::format("{:.1f} hours", minutes / 60);
}

std::string disk_text(double mib) {
  return mib < 1000 ? fmt::format("{} MiB", std::ceil(mib)) : fmt::format("{:.1f} GiB", mib / 1024);
}

std::string count_text(int count, const std::string& what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace unrecur
