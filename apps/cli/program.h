#pragma once

#include <string>
#include <vector>

namespace unrecur {

/// The command line as the program was called, its own name first: for provenance records.
const std::vector<std::string>& program_words();

}  // namespace unrecur
