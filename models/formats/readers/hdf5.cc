#include "models/errors.h"
#include "models/formats/keras_names.h"
#include "models/formats/model_reader.h"

#ifdef UNRECUR_HAVE_HDF5
#include <hdf5.h>

#include <atomic>
#include <memory>
#include <optional>
#endif

namespace unrecur::registry::readers {
namespace {

bool recognises(std::span<const std::byte> content) {
  return as_text(content).starts_with("\x89HDF\r\n\x1a\n");
}

#ifdef UNRECUR_HAVE_HDF5

/// An identifier of the HDF5 library, given back at the end of the scope.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

constexpr hsize_t largest_text = hsize_t{64} << 20;

/// A file that is open as long as somebody may load a tensor from it. The library is not safe for threads.
class OpenFile {
 public:
  OpenFile(std::span<const std::byte> content, const std::string& name) : name_(name) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fapl_core(access.get(), 1 << 16, 0);
    H5Pset_file_image(access.get(), const_cast<std::byte*>(content.data()), content.size());
    // The library takes an image for a new file, which must not exist yet, and two of one name for the same.
    static std::atomic<unsigned> counter{0};
    const std::string nowhere = "/dev/null/image" + std::to_string(counter++);
    file_ = H5Fopen(nowhere.c_str(), H5F_ACC_RDONLY, access.get());
    if (file_ < 0) fail("", "expected an HDF5 file, found damage", "the file may be truncated");
  }
  ~OpenFile() {
    if (file_ >= 0) H5Fclose(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// Paths of all data sets; links out of the file are not followed.
  std::vector<std::string> datasets() const {
    std::vector<std::string> names;
    const auto visit = [](hid_t, const char* name, const H5O_info_t* info, void* into) -> herr_t {
      if (info->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(into)->push_back(name);
      return 0;
    };
    if (H5Ovisit2(file_, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &names, H5O_INFO_BASIC) < 0) {
      fail("groups", "expected groups and data sets, found damage", "the file may be truncated");
    }
    return names;
  }

  /// The shape of a data set of numbers; nothing where it holds something else.
  std::optional<std::vector<std::int64_t>> shape(const std::string& path) const {
    const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
    const Handle type(set.valid() ? H5Dget_type(set.get()) : -1, H5Tclose);
    const Handle space(set.valid() ? H5Dget_space(set.get()) : -1, H5Sclose);
    if (!type.valid() || !space.valid()) return std::nullopt;
    const H5T_class_t kind = H5Tget_class(type.get());
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || rank < 0 || rank > 2) return std::nullopt;
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
    std::vector<std::int64_t> result;
    for (const hsize_t size : sizes) result.push_back(static_cast<std::int64_t>(size));
    return result;
  }

  /// The numbers of a data set of one or two dimensions; they must lie in the file (fill values make huge sets of
  /// nothing).
  Matrix<double> read(const std::string& path, const std::vector<std::int64_t>& sizes, std::uint64_t limit) const {
    const Index rows = sizes.empty() ? 1 : sizes[0], cols = sizes.size() < 2 ? 1 : sizes[1];
    std::int64_t count = 0;
    if (rows < 0 || cols < 0 || __builtin_mul_overflow(rows, cols, &count) ||
        static_cast<std::uint64_t>(count) > limit / sizeof(double)) {
      fail("data set '" + path + "'", "expected numbers in proportion to the size of the file", "");
    }
    const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> values(rows, cols);
    if (H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      fail("data set '" + path + "'", "expected its numbers, found damage or an unknown compression",
           "the file may be truncated");
    }
    return values;
  }

  /// A text attribute of the root; empty where there is none.
  std::string attribute(const char* name) const {
    if (H5Aexists(file_, name) <= 0) return {};
    const Handle attribute(H5Aopen(file_, name, H5P_DEFAULT), H5Aclose);
    const Handle type(attribute.valid() ? H5Aget_type(attribute.get()) : -1, H5Tclose);
    const Handle space(attribute.valid() ? H5Aget_space(attribute.get()) : -1, H5Sclose);
    if (!type.valid() || H5Tget_class(type.get()) != H5T_STRING || H5Sget_simple_extent_npoints(space.get()) != 1) {
      return {};
    }
    if (H5Tis_variable_str(type.get()) > 0) {
      char* text = nullptr;
      if (H5Aread(attribute.get(), type.get(), &text) < 0 || text == nullptr) return {};
      std::string result(text);
      H5free_memory(text);
      return result;
    }
    const std::size_t size = H5Tget_size(type.get());
    if (size > largest_text) return {};
    std::string text(size, '\0');
    if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return {};
    return text.substr(0, text.find('\0'));
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& problem, const std::string& remedy) const {
    throw FileError({name_, place, problem, remedy});
  }

  std::string name_;
  hid_t file_ = -1;
};

void read(std::span<const std::byte> content, RecurrentModel& model) {
  const auto file = std::make_shared<const OpenFile>(content, model.file);
  const std::uint64_t limit = 2 * content.size() + (std::uint64_t{64} << 20);
  for (const std::string& path : file->datasets()) {
    const auto shape = file->shape(path);
    if (!shape) continue;
    model.tensors.push_back(
        {path, *shape, [file, path, shape = *shape, limit] { return file->read(path, shape, limit); }});
  }
  model.layers = layers_by_keras_names(model.tensors, file->attribute("model_config"), model.file);
}

#else

void read(std::span<const std::byte>, RecurrentModel& model) {
  throw FileError({model.file, "", "this build reads no HDF5 files", "install libhdf5-dev and build again"});
}

#endif

}  // namespace

extern const ModelReader hdf5;
const ModelReader hdf5{"keras-hdf5", recognises, read};

}  // namespace unrecur::registry::readers
