#ifdef UNRECUR_HAVE_HDF5
#include "models/formats/keras/hdf5_library.h"

#include <hdf5.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/formats/shared/shape.h"

namespace unrecur {
namespace {

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

#if H5_VERSION_GE(1, 12, 0)
constexpr auto visit_objects = H5Ovisit3;
#else
constexpr auto visit_objects = H5Ovisit2;
#endif

constexpr hsize_t largest_text = hsize_t{64} << 20;
constexpr std::size_t longest_type = 64;
constexpr std::size_t conversion_buffer = 1 << 16;  // bytes

/// A file in memory, opened by the library.
class Hdf5File {
 public:
  explicit Hdf5File(std::span<const std::byte> content) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fapl_core(access.get(), 1 << 16, 0);
    H5Pset_file_image(access.get(), const_cast<std::byte*>(content.data()), content.size());
    // The library takes an image for a new file, which must not exist yet.
    file_ = H5Fopen("/dev/null/image", H5F_ACC_RDONLY, access.get());
    // For every set the library clears the buffer in which it converts numbers: of a megabyte unless it is sent.
    H5Pset_buffer(transfer_.get(), conversion_buffer, nullptr, nullptr);
  }
  ~Hdf5File() {
    if (file_ >= 0) H5Fclose(file_);
  }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  bool valid() const { return file_ >= 0; }

  struct Paths {
    std::vector<std::string> datasets, groups;
  };
  /// Paths of all data sets and groups; nothing where groups are damaged. Links out of the file are not followed.
  std::optional<Paths> paths() const {
    Paths names;
    const auto visit = [](hid_t, const char* name, const auto* info, void* into) -> herr_t {
      if (info->type == H5O_TYPE_DATASET) static_cast<Paths*>(into)->datasets.push_back(name);
      if (info->type == H5O_TYPE_GROUP) static_cast<Paths*>(into)->groups.push_back(name);
      return 0;
    };
    if (visit_objects(file_, H5_INDEX_NAME, H5_ITER_NATIVE, visit, &names, H5O_INFO_BASIC) < 0) return std::nullopt;
    return names;
  }

  /// The shape of a data set of numbers; nothing where it holds something else, or more than any file can hold.
  std::optional<std::vector<std::int64_t>> shape(const std::string& path) const {
    const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
    const Handle type(set.valid() ? H5Dget_type(set.get()) : -1, H5Tclose);
    const Handle space(set.valid() ? H5Dget_space(set.get()) : -1, H5Sclose);
    if (!type.valid() || !space.valid()) return std::nullopt;
    const H5T_class_t kind = H5Tget_class(type.get());
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || rank < 0) return std::nullopt;
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
    const auto too_large = [](hsize_t size) { return !std::in_range<std::int64_t>(size); };
    if (std::ranges::any_of(sizes, too_large)) return std::nullopt;
    return std::vector<std::int64_t>(sizes.begin(), sizes.end());
  }

  /// The numbers of a data set; nothing where they are damaged.
  std::optional<std::vector<double>> read(const std::string& path, std::uint64_t count) const {
    const Handle set(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
    std::vector<double> values(count);
    const bool good =
        count == 0 || H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, transfer_.get(), values.data()) >= 0;
    return good ? std::optional(std::move(values)) : std::nullopt;
  }

  /// A text attribute of a group; empty where there is none.
  std::string attribute(const char* name, const char* group = ".") const {
    if (H5Aexists_by_name(file_, group, name, H5P_DEFAULT) <= 0) return {};
    const Handle attribute(H5Aopen_by_name(file_, group, name, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
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
  hid_t file_ = -1;
  Handle transfer_{H5Pcreate(H5P_DATASET_XFER), H5Pclose};
};

}  // namespace

SeparateLimits hdf5_limits(std::uint64_t size) {
  const std::uint64_t numbers = 2 * size + (std::uint64_t{64} << 20);
  constexpr double seconds = 0.25, seconds_per_mib = 0.25;
  // The library copies the file, and one array at a time.
  return {.memory = numbers + 2 * size,
          .output = numbers + size,
          .seconds = seconds + seconds_per_mib * static_cast<double>(size >> 20)};
}

void begin_hdf5() {
  [[maybe_unused]] static const herr_t begun = H5open();
}

void serialise_hdf5(std::span<const std::byte> content, const Hdf5Writer::Send& send) {
  Hdf5Writer writer(send);
  const Hdf5File file(content);
  const auto paths = file.valid() ? file.paths() : std::nullopt;
  if (!paths) return writer.last_word(file.valid() ? 'g' : 'n');
  std::uint64_t left = (hdf5_limits(content.size()).output - content.size()) / sizeof(double);
  for (const std::string& path : paths->datasets) {
    const auto shape = file.shape(path);
    if (!shape) continue;
    writer.tag('d');
    writer.text(path);
    writer.list(*shape);
    // Fill values make huge sets of nothing.
    const auto count = element_count(*shape);
    const bool flat = shape->size() <= 2;
    const bool fits = count && static_cast<std::uint64_t>(*count) <= left;
    const auto values = flat && fits ? file.read(path, static_cast<std::uint64_t>(*count)) : std::nullopt;
    const char* problem = "expected its numbers, found damage or an unknown compression";
    if (!fits) problem = "expected numbers in proportion to the size of the file";
    if (!flat) problem = "expected at most two dimensions, found more";
    writer.text(values ? "" : problem);
    writer.list(values.value_or(std::vector<double>()));
    left -= values ? values->size() : 0;
  }
  for (const std::string& group : paths->groups) {
    const std::string type = file.attribute("type", group.c_str());
    if (type.empty() || type.size() > longest_type) continue;
    writer.tag('t');
    writer.text(group);
    writer.text(type);
  }
  writer.tag('v');
  writer.text(file.attribute("keras_version"));
  writer.tag('c');
  writer.text(file.attribute("model_config"));
  writer.last_word('e');
}

}  // namespace unrecur

#endif
