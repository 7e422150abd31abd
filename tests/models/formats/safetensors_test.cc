#include "models/formats/safetensors/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/shared/finite.h"
#include "tests/support/file_errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::safetensors_test {
namespace {

using testing::expect_file_error;

std::string file_with(const std::string& header, std::size_t data_bytes, std::int64_t stated_length = -1) {
  std::string file(8, '\0');
  const auto length = stated_length < 0 ? header.size() : static_cast<std::uint64_t>(stated_length);
  for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<char>(length >> (8 * i));
  return file + header + std::string(data_bytes, '\0');
}

TensorFile parse(const std::string& file) {
  return parse_safetensors(as_bytes(file), "w.safetensors");
}

/// A header with one tensor "w" described by `fields`.
std::string one(const std::string& fields) {
  return "{\"w\":{" + fields + "}}";
}

TEST(Safetensors, ReadsTheFormat) {
  const auto file =
      parse(file_with(R"({"__metadata__":{"format":"pt"}, "b":{"dtype":"F32","shape":[2],"data_offsets":[32,40]},
                  "a":{"data_offsets":[0,32],"shape":[2,2],"dtype":"F64"},
                  "empty":{"dtype":"I64","shape":[0,7],"data_offsets":[32,32]},
                  "step":{"dtype":"I64","shape":[],"data_offsets":[40,48]}}   )",
                      48));
  ASSERT_EQ(file.tensors.size(), 4U);
  EXPECT_EQ(file.tensors[0].name, "a");
  EXPECT_EQ(file.tensors[1].name, "empty");
  EXPECT_EQ(file.tensors[2].name, "b");
  EXPECT_EQ(file.tensors[3].name, "step");
  EXPECT_EQ(file.metadata.at("format"), "pt");
  EXPECT_EQ(file.require("a").shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(file.find("c"), nullptr);
  expect_file_error([&] { file.require("c"); }, "w.safetensors",
                    "expected a tensor 'c', found only: a, empty, b, step");
  EXPECT_TRUE(parse(file_with("{}", 0)).tensors.empty());
}

struct Malformed {
  const char* what;
  std::string file;
  const char* fragment;
};

std::vector<Malformed> malformed_files() {
  const std::string good = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const std::string deep(100000, '[');
  std::string deep_objects;
  for (int i = 0; i < 50000; ++i) deep_objects += "{\"a\":";
  return {
      {"empty file", "", "length of the header"},
      {"seven bytes", std::string(7, '\0'), "length of the header"},
      {"no header", file_with("", 0), "expected { at the start"},
      {"header of blanks", file_with("        ", 0), "expected { at the start"},
      {"blank before the brace", file_with(" {}", 0), "expected { at the start"},
      {"a list", file_with("[]", 0), "expected { at the start"},
      {"huge length", file_with("{}", 0, std::numeric_limits<std::int64_t>::max()), "at most 100000000 bytes"},
      {"negative length", std::string(8, '\xff') + "{}", "at most 100000000 bytes"},
      {"length above the limit", file_with("{}", 0, 100000001), "at most 100000000 bytes"},
      {"length beyond the file", file_with("{}", 0, 3), "expected a header of 3 bytes, found only 2"},
      {"not JSON", file_with("{w}", 0), "expected JSON"},
      {"unfinished JSON", file_with("{\"w\":{", 0), "expected JSON"},
      {"bytes after the object", file_with("{}x", 0), "expected JSON"},
      {"two objects", file_with("{}{}", 0), "expected JSON"},
      {"a comment", file_with("{/* */}", 0), "expected JSON"},
      {"a comma too many", file_with("{" + good + ",}", 0), "expected"},
      {"bad UTF-8", file_with("{\"\xff\":{" + good + "}}", 8), "expected JSON"},
      {"NaN", file_with(one(R"("dtype":"F32","shape":[NaN],"data_offsets":[0,8])"), 8), "expected JSON"},
      {"tensor is a number", file_with(R"({"w":3})", 0),
       "'w': expected an object that describes a tensor, found a number"},
      {"tensor is null", file_with(R"({"w":null})", 0), "found null"},
      {"tensor is a list", file_with(R"({"w":[]})", 0), "found an array"},
      {"deep lists", file_with("{\"w\":" + deep, 0), "found an array"},
      {"deep lists in a shape", file_with(one("\"shape\":" + deep), 0), "found an array"},
      {"deep objects", file_with(deep_objects, 0), "expected the keys dtype, shape and data_offsets"},
      {"unknown key", file_with(one(good + ",\"order\":\"C\""), 8), "expected the keys dtype, shape and data_offsets"},
      {"no dtype", file_with(one(R"("shape":[2],"data_offsets":[0,8])"), 8), "expected the key dtype"},
      {"no shape", file_with(one(R"("dtype":"F32","data_offsets":[0,8])"), 8), "expected the key shape"},
      {"no offsets", file_with(one(R"("dtype":"F32","shape":[2])"), 8), "expected the key data_offsets"},
      {"nothing of a tensor", file_with(one(""), 0), "expected the key dtype"},
      {"key twice", file_with(one(good + R"(,"dtype":"F32")"), 8), "dtype: expected each key once"},
      {"tensor twice", file_with("{\"w\":{" + good + "},\"w\":{" + good + "}}", 8), "'w': expected each name once"},
      {"unknown dtype", file_with(one(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])"), 8), "found 'F31'"},
      {"dtype is a number", file_with(one(R"("dtype":32,"shape":[2],"data_offsets":[0,8])"), 8),
       "dtype: expected a string"},
      {"shape is a number", file_with(one(R"("dtype":"F32","shape":2,"data_offsets":[0,8])"), 8),
       "shape: expected an array of integers, found a number"},
      {"shape is a string", file_with(one(R"("dtype":"F32","shape":"2","data_offsets":[0,8])"), 8), "found a string"},
      {"negative size", file_with(one(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), 8),
       "found a negative number"},
      {"fractional size", file_with(one(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"), 8), "the number 2.0"},
      {"size of 2^63", file_with(one(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])"), 8),
       "below 2^63"},
      {"size of 2^64", file_with(one(R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,8])"), 8),
       "expected an integer that is not negative"},
      {"product of 2^64", file_with(one(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8])"), 8),
       "2^63 or more"},
      {"product that wraps to the size",
       file_with(one(R"("dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8])"), 8), "2^63 or more"},
      {"one offset", file_with(one(R"("dtype":"F32","shape":[2],"data_offsets":[0])"), 8),
       "expected two offsets, found 1"},
      {"three offsets", file_with(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])"), 8), "found 3"},
      {"negative offset", file_with(one(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"), 8),
       "found a negative number"},
      {"end before begin", file_with(one(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), 8),
       "expected begin before end"},
      {"end beyond the file", file_with(one(R"("dtype":"F32","shape":[3],"data_offsets":[0,12])"), 8),
       "within the 8 bytes of data, found [0, 12]"},
      {"too small for the shape", file_with(one(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 8),
       "expected the bytes of F32 [3], 12, found 8"},
      {"another dtype's size", file_with(one(R"("dtype":"F16","shape":[2],"data_offsets":[0,8])"), 8),
       "F16 [2], 4, found 8"},
      {"bytes before", file_with(one(R"("dtype":"F32","shape":[2],"data_offsets":[4,12])"), 12),
       "found [4, 12], a hole"},
      {"bytes after", file_with(one(good), 9), "found 1 bytes that belong to no tensor"},
      {"bytes of nothing", file_with("{}", 1), "found 1 bytes that belong to no tensor"},
      {"overlap", file_with("{\"w\":{" + good + R"(},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12),
       "an overlap"},
      {"the same bytes twice", file_with("{\"w\":{" + good + "},\"v\":{" + good + "}}", 8), "an overlap"},
      {"a hole between",
       file_with("{\"w\":{" + good + R"(},"v":{"dtype":"F32","shape":[2],"data_offsets":[9,17]}})", 17), "a hole"},
      {"metadata is a string", file_with(R"({"__metadata__":"pt"})", 0), "found a string"},
      {"metadata of a number", file_with(R"({"__metadata__":{"epoch":3}})", 0),
       "epoch: expected a string, found a number"},
      {"metadata of an object", file_with(R"({"__metadata__":{"a":{}}})", 0), "found an object"},
      {"metadata twice", file_with(R"({"__metadata__":{"a":"1","a":"2"}})", 0), "expected each key once"},
  };
}

TEST(Safetensors, RefusesMalformedFiles) {
  for (const Malformed& m : malformed_files()) {
    SCOPED_TRACE(m.what);
    expect_file_error([&] { parse(m.file); }, "w.safetensors", m.fragment);
  }
}

TEST(Safetensors, RefusesEveryTruncation) {
  TensorFile content;
  content.metadata = {{"format", "pt"}};
  content.tensors = {to_tensor<float>("w", Matrix<float>::Ones(3, 2)),
                     to_tensor<double>("v", Matrix<double>::Ones(1, 2))};
  const Bytes whole = format_safetensors(content);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(parse_safetensors(part, "f"), FileError) << size;
  }
  EXPECT_EQ(parse_safetensors(whole, "f").tensors.size(), 2U);
}

TEST(Safetensors, RoundTripIsExactAndDeterministic) {
  Matrix<float> w(3, 5);
  for (Index i = 0; i < w.size(); ++i)
    w.data()[i] = std::ldexp(static_cast<float>(i) + 0.1F, static_cast<int>(i) * 9 - 60);
  w(1, 1) = -0.0F;
  w(2, 2) = std::numeric_limits<float>::denorm_min();
  w(2, 3) = -std::numeric_limits<float>::infinity();
  const Matrix<double> b = Matrix<double>::Constant(4, 1, 1.0 / 3.0);
  TensorFile content;
  content.tensors = {to_tensor("odd", w), to_tensor("b", b, 1), to_tensor("b2", b)};
  content.metadata = {{"z", "ü \"quoted\""}, {"a", "line\nbreak"}};

  const testing::TemporaryFolder folder;
  write_safetensors(folder / "w.safetensors", content);
  const TensorFile back = read_safetensors(folder / "w.safetensors");
  EXPECT_EQ(back.metadata, content.metadata);
  EXPECT_EQ(back.tensors.front().name, "b") << "wide elements come first, so that all are aligned";
  EXPECT_EQ(back.require("b").shape, (std::vector<std::int64_t>{4}));
  EXPECT_EQ(back.require("b2").shape, (std::vector<std::int64_t>{4, 1}));
  const auto w_back = tensor_to_matrix<float>(back.require("odd"), back.file, 3, 5);
  EXPECT_EQ(std::memcmp(w_back.data(), w.data(), sizeof(float) * 15), 0);
  EXPECT_EQ(tensor_to_matrix<double>(back.require("b"), back.file, 4, 1), b);
  EXPECT_EQ(format_safetensors(back), read_file(folder / "w.safetensors"));
  const Bytes bytes = format_safetensors(content);
  EXPECT_EQ(load<std::uint64_t>(bytes.data(), std::endian::little) % 8, 0U);
}

TEST(Safetensors, RefusesToWriteNonsense) {
  const Tensor good = to_tensor<float>("w", Matrix<float>::Zero(2, 2));
  const auto with = [&](auto change) {
    TensorFile content;
    content.tensors = {good, good};
    content.tensors[1].name = "v";
    change(content);
    return content;
  };
  EXPECT_NO_THROW(format_safetensors(with([](TensorFile&) {})));
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].name = "w"; })), UsageError);
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].name = "__metadata__"; })), UsageError);
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].name = "\xff"; })), UsageError);
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].dtype = "F33"; })), UsageError);
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].shape = {3}; })), UsageError);
  EXPECT_THROW(format_safetensors(with([](TensorFile& f) { f.tensors[1].shape = {-2, -2}; })), UsageError);
  EXPECT_THROW(to_tensor<float>("w", Matrix<float>::Zero(2, 2), 1), UsageError);
}

Tensor raw(const std::string& dtype, std::vector<std::int64_t> shape, const std::string& bytes) {
  const auto data = as_bytes(bytes);
  return {"w", dtype, std::move(shape), Bytes(data.begin(), data.end())};
}

TEST(TensorValues, ReadsEveryFloatType) {
  using namespace std::string_literals;
  // 1, −2, 65504, 2⁻²⁴, infinity in half precision.
  const auto half = raw("F16", {5}, "\x00\x3c\x00\xc0\xff\x7b\x01\x00\x00\x7c"s);
  const Matrix<double> h = tensor_to_matrix<double>(half, "f", 5, 1);
  EXPECT_EQ(h(0), 1.0);
  EXPECT_EQ(h(1), -2.0);
  EXPECT_EQ(h(2), 65504.0);
  EXPECT_EQ(h(3), 0x1p-24);
  EXPECT_EQ(h(4), std::numeric_limits<double>::infinity());
  // 1, −3.140625 as the upper halves of their floats.
  const auto brain = raw("BF16", {1, 2}, "\x80\x3f\x49\xc0"s);
  EXPECT_EQ(tensor_to_matrix<float>(brain, "f")(0, 0), 1.0F);
  EXPECT_EQ(tensor_to_matrix<float>(brain, "f")(0, 1), -3.140625F);
  const auto single = raw("F32", {}, "\xdb\x0f\x49\x40"s);
  EXPECT_EQ(tensor_to_matrix<double>(single, "f", 1, 1)(0), static_cast<double>(3.14159274F));
  const auto wide = to_tensor<double>("w", Matrix<double>::Constant(1, 1, 1.0 + 0x1p-30));
  EXPECT_EQ(tensor_to_matrix<double>(wide, "f")(0), 1.0 + 0x1p-30);
  EXPECT_EQ(tensor_to_matrix<float>(wide, "f")(0), 1.0F);
}

TEST(TensorValues, RowMajor) {
  Matrix<float> m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  const Tensor t = to_tensor("m", m);
  EXPECT_EQ(load<float>(t.data.data() + 4, std::endian::little), 2.0F);
  EXPECT_EQ(tensor_to_matrix<float>(t, "f", 2, 3), m);
  EXPECT_EQ(tensor_to_matrix<float>(t, "f", -1, 3), m);
}

TEST(TensorValues, SaysWhatDoesNotFit) {
  const Tensor t = to_tensor<float>("m", Matrix<float>::Zero(2, 3));
  expect_file_error([&] { tensor_to_matrix<float>(t, "f", 3, 2); }, "f",
                    "'m': expected the shape [3, 2], found [2, 3]");
  expect_file_error([&] { tensor_to_matrix<float>(t, "f", 2, 1); }, "f", "expected the shape [2], found [2, 3]");
  expect_file_error([&] { tensor_to_matrix<float>(raw("F32", {1, 1, 1}, "1234"), "f"); }, "f", "found [1, 1, 1]");
  expect_file_error([&] { tensor_to_matrix<float>(raw("I32", {1}, "1234"), "f"); }, "f", "found I32");
  expect_file_error(
      [&] {
        tensor_to_matrix<float>(raw("F32", {std::int64_t{1} << 62, 0}, ""), "f");
      },
      "f", "fewer than 2^31 rows");
  EXPECT_THROW(tensor_to_matrix<float>(raw("F32", {2}, "1234"), "f"), UsageError);
}

TEST(RequireFinite, NamesTheFirst) {
  Matrix<double> m = Matrix<double>::Zero(2, 3);
  EXPECT_NO_THROW(require_finite(m, "f", "tensor 'm'"));
  m(1, 2) = std::numeric_limits<double>::infinity();
  expect_file_error([&] { require_finite(m, "f", "tensor 'm'"); }, "f",
                    "tensor 'm', element [1, 2]: expected a finite number, found infinity");
  m(1, 0) = std::numeric_limits<double>::quiet_NaN();
  expect_file_error([&] { require_finite(m, "f", "tensor 'm'"); }, "f",
                    "element [1, 0]: expected a finite number, found NaN");
}

}  // namespace
}  // namespace unrecur::safetensors_test
