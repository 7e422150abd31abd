#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// What the header of a .npy file says.
struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Parses the dictionary that NumPy writes, {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }: these three
/// keys once each, in any order, with a string, True or False, and a tuple of integers. Throws FileError; `file` is the
/// name in messages.
NpyHeader parse_npy_header(std::string_view text, const std::string& file);

}  // namespace unrecur
