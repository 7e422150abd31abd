#pragma once

#include <string>

namespace unrecur {

/// Times and sizes in the words of people, rounded up: "12 seconds", "3 minutes", "2.5 hours".
std::string minutes_text(double minutes);
/// "12 MiB", "3.5 GiB"
std::string disk_text(double mib);
/// "1 job", "2 jobs"
std::string count_text(int count, const std::string& what);

}  // namespace unrecur
