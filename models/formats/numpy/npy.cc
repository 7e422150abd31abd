#include "models/formats/numpy/npy.h"

#include <cmath>
#include <limits>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/zip.h"

namespace unrecur {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t longest_header = std::size_t{1} << 20;

struct Element {
  char kind;          // f, i, u, b
  std::size_t width;  // bytes
  std::endian order;
};

Element element_of(const std::string& descr, const std::string& file) {
  const auto refuse = [&](const std::string& found) {
    throw FileError({file, "header, descr", "expected an array of floats, integers or booleans, found " + found,
                     "convert the array before numpy.save"});
  };
  if (descr.size() >= 2 && descr[1] == 'O') refuse("Python objects, which are pickled and never loaded");
  const bool known = descr.size() == 3 && std::string_view("<>|").find(descr[0]) != std::string_view::npos;
  if (!known) refuse("'" + descr.substr(0, 40) + "'");
  const Element e{descr[1], static_cast<std::size_t>(descr[2] - '0'),
                  descr[0] == '>' ? std::endian::big : std::endian::little};
  const bool integer =
      (e.kind == 'i' || e.kind == 'u') && (e.width == 1 || e.width == 2 || e.width == 4 || e.width == 8);
  const bool floating = e.kind == 'f' && (e.width == 2 || e.width == 4 || e.width == 8);
  const bool boolean = e.kind == 'b' && e.width == 1;
  if (!(integer || floating || boolean) || (descr[0] == '|' && e.width != 1)) refuse("'" + descr + "'");
  return e;
}

/// Reads one element; NaN from an integer type stands for a value that is not exact or not allowed.
double value_at(const std::byte* at, const Element& e) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto exact = [nan](auto integer) {
    const auto value = static_cast<double>(integer);
    return std::abs(value) <= 0x1p53 ? value : nan;
  };
  switch (e.kind) {
    case 'b':
      return *at <= std::byte{1} ? static_cast<double>(*at) : nan;
    case 'f':
      if (e.width == 2)
        return static_cast<double>(
            static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(load<std::uint16_t>(at, e.order))));
      return e.width == 4 ? static_cast<double>(load<float>(at, e.order)) : load<double>(at, e.order);
    case 'i':
      if (e.width == 1) return load<std::int8_t>(at, e.order);
      if (e.width == 2) return load<std::int16_t>(at, e.order);
      return e.width == 4 ? load<std::int32_t>(at, e.order) : exact(load<std::int64_t>(at, e.order));
    default:
      if (e.width == 1) return load<std::uint8_t>(at, e.order);
      if (e.width == 2) return load<std::uint16_t>(at, e.order);
      return e.width == 4 ? load<std::uint32_t>(at, e.order) : exact(load<std::uint64_t>(at, e.order));
  }
}

/// Splits the file into header and data.
std::pair<std::string_view, std::span<const std::byte>> split(std::span<const std::byte> content,
                                                              const std::string& file) {
  const std::string_view text = as_text(content);
  if (text.size() < 10 || text.substr(0, magic.size()) != magic) {
    throw FileError({file, "byte 0", "expected a NumPy array (\\x93NUMPY), found something else",
                     "write the file with numpy.save"});
  }
  const int version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3 || text[7] != '\0') {
    throw FileError({file, "byte 6", "expected version 1, 2 or 3 of the format, found " + std::to_string(version), ""});
  }
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = 0;
  if (version == 1) length = load<std::uint16_t>(content.data() + 8, std::endian::little);
  if (version > 1 && text.size() >= begin) length = load<std::uint32_t>(content.data() + 8, std::endian::little);
  if (length > longest_header) {
    throw FileError(
        {file, "byte 8", "expected a header of at most 1048576 bytes, found " + std::to_string(length), ""});
  }
  if (text.size() < begin || length > text.size() - begin) {
    throw FileError({file, "byte 8", "expected a whole header, found the end of the file", "the file is truncated"});
  }
  return {text.substr(begin, length), content.subspan(begin + length)};
}

/// Number of elements, with the data's size checked. Throws FileError.
std::int64_t count_elements(const NpyHeader& header, const Element& e, std::size_t size, const std::string& file) {
  const auto bytes = byte_count(header.shape, e.width);
  if (bytes != static_cast<std::int64_t>(size)) {
    throw FileError({file, "data",
                     "expected " + (bytes ? std::to_string(*bytes) : "2^63 or more") +
                         " bytes, as the shape says, found " + std::to_string(size),
                     "the file may be truncated"});
  }
  return *bytes / static_cast<std::int64_t>(e.width);
}

/// Positions in C order of the elements of a Fortran-ordered array, one after the other.
class FortranWalk {
 public:
  explicit FortranWalk(const std::vector<std::int64_t>& shape)
      : shape_(shape), index_(shape.size()), stride_(shape.size()) {
    std::int64_t stride = 1;
    for (std::size_t d = shape.size(); d-- > 0; stride *= shape[d]) stride_[d] = stride;
  }

  std::int64_t next() {
    const std::int64_t position = position_;
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      position_ += stride_[d];
      if (++index_[d] < shape_[d]) break;
      position_ -= shape_[d] * stride_[d];
      index_[d] = 0;
    }
    return position;
  }

 private:
  const std::vector<std::int64_t>& shape_;
  std::vector<std::int64_t> index_, stride_;
  std::int64_t position_ = 0;
};

/// NumPy's name of an element type; empty where it has none.
std::string npy_type(std::string_view dtype) {
  const std::pair<const char*, const char*> types[] = {{"F64", "<f8"}, {"F32", "<f4"}, {"F16", "<f2"}, {"I64", "<i8"},
                                                       {"I32", "<i4"}, {"I16", "<i2"}, {"I8", "|i1"},  {"U64", "<u8"},
                                                       {"U32", "<u4"}, {"U16", "<u2"}, {"U8", "|u1"},  {"BOOL", "|b1"}};
  for (const auto& [ours, theirs] : types) {
    if (dtype == ours) return theirs;
  }
  return {};
}

Matrix<double> decode(std::span<const std::byte> data, const NpyHeader& header, const Element& e,
                      const std::string& file) {
  const std::int64_t count = count_elements(header, e, data.size(), file);
  if (count == 0) return {0, 0};
  const std::int64_t cols = header.shape.size() < 2 ? 1 : header.shape.back();
  Matrix<double> values(count / cols, cols);
  FortranWalk walk(header.shape);
  for (std::int64_t k = 0; k < count; ++k) {
    const double value = value_at(data.data() + static_cast<std::size_t>(k) * e.width, e);
    if (e.kind != 'f' && std::isnan(value)) {
      throw FileError({file, "element " + std::to_string(k),
                       e.kind == 'b' ? "expected a boolean, 0 or 1" : "expected an integer within 2^53 of 0", ""});
    }
    const std::int64_t position = header.fortran_order ? walk.next() : k;
    values(position / cols, position % cols) = value;
  }
  return values;
}

/// All of a .npy file of version 1 before its data.
Bytes header_bytes(const std::string& descr, std::span<const std::int64_t> shape) {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (std::size_t d = 0; d < shape.size(); ++d) text += (d == 0 ? "" : ", ") + std::to_string(shape[d]);
  text += shape.size() == 1 ? ",), }" : "), }";
  // Magic, version, length and header end on a multiple of 64, so that the data is aligned.
  text.append((64 - (10 + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  const std::string start = std::string(magic) + '\x01' + '\0';
  Bytes bytes(10);
  std::copy_n(as_bytes(start).begin(), 8, bytes.begin());
  store<std::uint16_t>(static_cast<std::uint16_t>(text.size()), bytes.data() + 8, std::endian::little);
  bytes.insert(bytes.end(), as_bytes(text).begin(), as_bytes(text).end());
  return bytes;
}

}  // namespace

NumpyArray parse_npy(std::span<const std::byte> content, const std::string& file) {
  const auto [text, data] = split(content, file);
  return decode_npy(parse_npy_header(text, file), data, file);
}

NumpyArray decode_npy(NpyHeader header, std::span<const std::byte> data, const std::string& file) {
  const Element element = element_of(header.descr, file);
  Matrix<double> values = decode(data, header, element, file);
  return {std::move(header.shape), std::move(header.descr), std::move(values)};
}

NumpyArray read_npy(const std::filesystem::path& path) {
  return parse_npy(read_file(path), path.string());
}

template <class S>
Bytes format_npy(const Matrix<S>& matrix) {
  const std::int64_t shape[] = {matrix.rows(), matrix.cols()};
  Bytes bytes = header_bytes("<f" + std::to_string(sizeof(S)), shape);
  const std::size_t begin = bytes.size();
  bytes.resize(begin + static_cast<std::size_t>(matrix.size()) * sizeof(S));
  std::byte* at = bytes.data() + begin;
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j, at += sizeof(S)) store<S>(matrix(i, j), at, std::endian::little);
  }
  return bytes;
}

bool has_npy_type(std::string_view dtype) {
  return !npy_type(dtype).empty();
}

Bytes format_npy(const Tensor& tensor) {
  const std::string descr = npy_type(tensor.dtype);
  if (descr.empty()) throw UsageError("NumPy has no type " + tensor.dtype + ", which '" + tensor.name + "' has");
  Bytes bytes = header_bytes(descr, tensor.shape);
  bytes.insert(bytes.end(), tensor.data.begin(), tensor.data.end());
  return bytes;
}

Bytes format_npz(std::span<const Tensor> tensors) {
  std::vector<std::pair<std::string, Bytes>> members;
  for (const Tensor& tensor : tensors) members.emplace_back(tensor.name + ".npy", format_npy(tensor));
  return format_zip(members);
}

Tensor to_tensor(const NumpyArray& array, std::string name) {
  // What lies along the columns varies fastest, as in row-major order.
  const Matrix<double>& m = array.values;
  const auto encode = [&](auto zero, const char* dtype) {
    using S = decltype(zero);
    Tensor tensor{std::move(name), dtype, array.shape, {}};
    tensor.data.resize(static_cast<std::size_t>(m.size()) * sizeof(S));
    std::byte* at = tensor.data.data();
    for (Index i = 0; i < m.rows(); ++i) {
      for (Index j = 0; j < m.cols(); ++j, at += sizeof(S)) {
        store<S>(static_cast<S>(m(i, j)), at, std::endian::little);
      }
    }
    return tensor;
  };
  const char kind = array.descr.size() == 3 ? array.descr[1] : 'f', width = array.descr.back();
  if (kind == 'b') return encode(std::uint8_t{0}, "BOOL");
  if (kind == 'i') return encode(std::int64_t{0}, "I64");
  if (kind == 'u') return encode(std::uint64_t{0}, "U64");
  return width == '8' ? encode(0.0, "F64") : encode(0.0F, "F32");
}

template <class S>
void write_npy(const std::filesystem::path& path, const Matrix<S>& matrix) {
  write_atomically(path, format_npy(matrix));
}

template Bytes format_npy(const Matrix<float>&);
template Bytes format_npy(const Matrix<double>&);
template void write_npy(const std::filesystem::path&, const Matrix<float>&);
template void write_npy(const std::filesystem::path&, const Matrix<double>&);

}  // namespace unrecur
