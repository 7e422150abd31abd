// serialise_hdf5 FILE >MESSAGE: a seed for fuzz_keras_message, out of an HDF5 file.
#include <cstdio>

#include "base/errors.h"
#include "tests/support/hdf5_message.h"

int main(int argc, char** argv) try {
  if (argc != 2) return std::fputs("usage: serialise_hdf5 FILE >MESSAGE\n", stderr), 2;
  const unrecur::Bytes message =
      unrecur::testing::message(unrecur::read_hdf5(unrecur::read_unpacked(argv[1]), argv[1]));
  return std::fwrite(message.data(), 1, message.size(), stdout) == message.size() ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
