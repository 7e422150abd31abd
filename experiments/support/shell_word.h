#pragma once

#include <string>

namespace unrecur {

/// The text as one word of a POSIX shell: as it is where no character has a meaning there, in single quotes otherwise.
std::string shell_word(const std::string& text);

}  // namespace unrecur
