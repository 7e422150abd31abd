// tell_hdf5 FILE >TOLD: a seed for fuzz_keras_told, out of an HDF5 file.
#include <cstdio>

#include "models/errors.h"
#include "tests/support/hdf5_told.h"

int main(int argc, char** argv) try {
  if (argc != 2) return std::fputs("usage: tell_hdf5 FILE >TOLD\n", stderr), 2;
  const unrecur::Bytes told = unrecur::testing::told(unrecur::read_hdf5(unrecur::read_unpacked(argv[1]), argv[1]));
  return std::fwrite(told.data(), 1, told.size(), stdout) == told.size() ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
