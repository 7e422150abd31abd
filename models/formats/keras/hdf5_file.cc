#include "models/formats/keras/hdf5_file.h"

#include "base/errors.h"

#ifdef UNRECUR_HAVE_HDF5
#include "models/formats/keras/hdf5_library.h"
#endif

namespace unrecur {

#ifdef UNRECUR_HAVE_HDF5

Hdf5Content read_hdf5(std::span<const std::byte> content, const std::string& file) {
  // Once, before a process sees a file: that is much of the time of a small one.
  begin_hdf5();
  const SeparateRun run =
      run_separately([&](const Hdf5Writer::Send& send) { serialise_hdf5(content, send); }, hdf5_limits(content.size()));
  return hdf5_content_from(run.output, run.fate, file);
}

#else

Hdf5Content read_hdf5(std::span<const std::byte>, const std::string& file) {
  throw FileError({file, "", "this build reads no HDF5 files", "install libhdf5-dev and build again"});
}

#endif

}  // namespace unrecur
