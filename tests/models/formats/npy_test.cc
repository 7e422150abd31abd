#include "models/formats/numpy/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::npy_test {
namespace {

using namespace std::string_literals;
using testing::expect_file_error;

std::string file_with(const std::string& header, const std::string& data, int version = 1) {
  std::string file = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file += static_cast<char>(header.size() >> (8 * i));
  return file + header + data;
}

std::string header_of(const std::string& descr, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

NumpyArray parse(const std::string& file) {
  return parse_npy(as_bytes(file), "x.npy");
}

Matrix<double> values(const std::string& descr, const std::string& shape, const std::string& data) {
  return parse(file_with(header_of(descr, shape), data)).values;
}

TEST(Npy, ReadsEveryElementType) {
  EXPECT_EQ(values("<f2", "()", "\x00\xc0"s)(0), -2.0);
  EXPECT_EQ(values(">f2", "()", "\xc0\x00"s)(0), -2.0);
  EXPECT_EQ(values("<f4", "()", "\x00\x00\xc0\x3f"s)(0), 1.5);
  EXPECT_EQ(values(">f4", "()", "\x3f\xc0\x00\x00"s)(0), 1.5);
  EXPECT_EQ(values("<f8", "()", "\x00\x00\x00\x00\x00\x00\xf8\x3f"s)(0), 1.5);
  EXPECT_EQ(values(">f8", "()", "\x3f\xf8\x00\x00\x00\x00\x00\x00"s)(0), 1.5);
  EXPECT_EQ(values("|i1", "()", "\xfe"s)(0), -2.0);
  EXPECT_EQ(values("|u1", "()", "\xfe"s)(0), 254.0);
  EXPECT_EQ(values("|b1", "(2,)", "\x00\x01"s), (Matrix<double>(2, 1) << 0, 1).finished());
  EXPECT_EQ(values("<i2", "()", "\xfe\xff"s)(0), -2.0);
  EXPECT_EQ(values(">u2", "()", "\x01\x02"s)(0), 258.0);
  EXPECT_EQ(values("<i4", "()", "\xfe\xff\xff\xff"s)(0), -2.0);
  EXPECT_EQ(values("<u4", "()", "\xfe\xff\xff\xff"s)(0), 4294967294.0);
  EXPECT_EQ(values("<i8", "()", "\xfe\xff\xff\xff\xff\xff\xff\xff"s)(0), -2.0);
  EXPECT_EQ(values("<u8", "()", "\x00\x00\x00\x00\x00\x00\x20\x00"s)(0), 0x1p53);
  EXPECT_TRUE(std::isnan(values("<f4", "()", "\x00\x00\xc0\x7f"s)(0)));
}

TEST(Npy, ReadsVersionsAndSpellings) {
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(parse(file_with(header_of("|u1", "(3,)"), "\1\2\3", version)).shape, (std::vector<std::int64_t>{3}));
  }
  const auto reordered = parse(file_with("{\"shape\": (1, 2), 'fortran_order':False,\"descr\":\"|u1\"}", "\1\2"));
  EXPECT_EQ(reordered.values, (Matrix<double>(1, 2) << 1, 2).finished());
  EXPECT_EQ(reordered.descr, "|u1");
}

TEST(Npy, OrdersOfThreeDimensions) {
  // Element (i, j, k) of shape (2, 3, 4) is 12i + 4j + k.
  std::string c_order;
  std::string fortran;
  for (char e = 0; e < 24; ++e) c_order += e;
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) fortran += static_cast<char>(12 * i + 4 * j + k);
    }
  }
  const auto c = parse(file_with(header_of("|u1", "(2, 3, 4)"), c_order));
  const auto f = parse(file_with(header_of("|u1", "(2, 3, 4)", "True"), fortran));
  ASSERT_EQ(c.values.rows(), 6);
  ASSERT_EQ(c.values.cols(), 4);
  EXPECT_EQ(c.values(4, 2), 12 + 4 + 2);
  EXPECT_EQ(c.values, f.values);
  EXPECT_EQ(f.shape, (std::vector<std::int64_t>{2, 3, 4}));
}

TEST(Npy, ArraysOfNothing) {
  for (const char* shape : {"(0,)", "(0, 3)", "(3, 0)", "(576460752303423488, 0)"}) {
    EXPECT_EQ(values("<f8", shape, "").size(), 0) << shape;
  }
}

TEST(Npy, RefusesMalformedFiles) {
  const std::string good = header_of("<f4", "(1,)");
  const std::string data(4, '\0');
  const std::vector<std::pair<std::string, const char*>> corpus = {
      {"", "expected a NumPy array"},
      {"\x93NUMPY", "expected a NumPy array"},
      {"PK\3\4 a zip archive", "expected a NumPy array"},
      {file_with(good, data, 0), "expected version 1, 2 or 3"},
      {file_with(good, data, 4), "found 4"},
      {"\x93NUMPY\1\1"s + good, "expected version"},
      {"\x93NUMPY\2\0\1\0"s, "expected a whole header"},
      {"\x93NUMPY\1\0\xff\xff"s + good, "expected a whole header"},
      {"\x93NUMPY\2\0\xff\xff\xff\xff"s + good, "at most 1048576 bytes"},
      {file_with("", data), "header, character 0: expected {"},
      {file_with("[]", data), "expected {"},
      {file_with("{}", data), "expected the keys descr, fortran_order and shape"},
      {file_with("{'descr': '<f4', 'shape': (1,)}", data), "expected the keys"},
      {file_with("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", data), "expected the keys"},
      {file_with("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", data), "expected each key once"},
      {file_with("{'descr' '<f4'}", data), "expected :"},
      {file_with("{'descr': '<f4' 'shape': (1,)}", data), "expected }"},
      {file_with("{'descr': '<f4", data), "expected the end of a string"},
      {file_with("{descr: '<f4'}", data), "expected a string in quotes"},
      {file_with(R"({'descr': '\x3cf4'})", data), "without a backslash"},
      {file_with(header_of("<f4", "(1,)", "0"), data), "expected True or False"},
      {file_with(header_of("<f4", "(1,)", "__import__('os')"), data), "expected True or False"},
      {file_with(header_of("<f4", "1"), data), "expected ("},
      {file_with(header_of("<f4", "[1]"), data), "expected ("},
      {file_with(header_of("<f4", "(1)"), data), "expected a comma"},
      {file_with(header_of("<f4", "(,)"), data), "expected an integer"},
      {file_with(header_of("<f4", "(-1,)"), data), "expected an integer from 0"},
      {file_with(header_of("<f4", "(1.0,)"), data), "expected"},
      {file_with(header_of("<f4", "(9223372036854775808,)"), data), "expected an integer from 0 to 2^63 - 1"},
      {file_with(header_of("<f4", "(4294967296, 4294967296)"), data), "expected 2^63 or more bytes"},
      // NumPy makes no such array either: its strides would not fit.
      {file_with(header_of("<f8", "(4611686018427387904, 0)"), ""), "expected 2^63 or more bytes"},
      {file_with(header_of("<f4", "(4611686018427387905,)"), data), "expected 2^63 or more bytes"},
      {file_with(good + "x", data), "nothing after the dictionary"},
      {file_with(header_of("|O", "(1,)"), data), "Python objects, which are pickled and never loaded"},
      {file_with(header_of("<c8", "(1,)"), data + data), "found '<c8'"},
      {file_with(header_of("<U1", "(1,)"), data), "found '<U1'"},
      {file_with(header_of("<f3", "(1,)"), data), "found '<f3'"},
      {file_with(header_of("<f16", "(1,)"), data), "found '<f16'"},
      {file_with(header_of("|f4", "(1,)"), data), "found '|f4'"},
      {file_with(header_of("f4", "(1,)"), data), "found 'f4'"},
      {file_with(header_of("", "(1,)"), data), "found ''"},
      {file_with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", data), "arrays of records"},
      {file_with(good, ""), "expected 4 bytes, as the shape says, found 0"},
      {file_with(good, data + "x"), "expected 4 bytes, as the shape says, found 5"},
      {file_with(header_of("|b1", "(2,)"), "\1\2"), "element 1: expected a boolean"},
      {file_with(header_of("<i8", "(1,)"), "\xff\xff\xff\xff\xff\xff\xff\x7f"), "expected an integer within 2^53 of 0"},
      {file_with(header_of("<u8", "(1,)"), std::string(8, '\xff')), "expected an integer within 2^53 of 0"},
  };
  for (const auto& [file, fragment] : corpus) {
    SCOPED_TRACE(fragment);
    expect_file_error([&, &content = file] { parse(content); }, "x.npy", fragment);
  }
}

TEST(Npy, RefusesEveryTruncation) {
  const Bytes whole = format_npy<double>(Matrix<double>::Ones(2, 3));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(parse_npy(part, "f"), FileError) << size;
  }
}

TEST(Npy, RoundTrip) {
  const testing::TemporaryFolder folder;
  for (const auto& [rows, cols] : {std::pair<Index, Index>{1, 1}, {3, 7}, {20000, 2}, {12, 123456}}) {
    Matrix<double> m(rows, cols);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = std::sin(static_cast<double>(i));
    write_npy(folder / "m.npy", m);
    const auto back = read_npy(folder / "m.npy");
    EXPECT_EQ(back.values, m);
    EXPECT_EQ(back.descr, "<f8");
    EXPECT_EQ(back.shape, (std::vector<std::int64_t>{rows, cols}));
    EXPECT_EQ((std::filesystem::file_size(folder / "m.npy") - 8 * static_cast<std::size_t>(m.size())) % 64, 0U);
    const Matrix<float> narrow = m.cast<float>();
    EXPECT_EQ(parse_npy(format_npy(narrow), "f").values, narrow.cast<double>());
  }
}

}  // namespace
}  // namespace unrecur::npy_test
