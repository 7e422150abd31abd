#include "base/base64.h"

#include <gtest/gtest.h>

namespace unrecur {
namespace {

TEST(Base64, IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("M"), "TQ==");
  EXPECT_EQ(base64("Ma"), "TWE=");
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("\xff\xfe\xfd\xfc"), "//79/A==");
}

TEST(Base64, GivesBackWhatItWrote) {
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(from_base64(base64(bytes)), bytes) << length;
    bytes += static_cast<char>(length * 37);
  }
}

TEST(Base64, ReadsNothingElse) {
  for (const char* text : {"T", "TQ", "TQ=", "TQ===", "=TQ=", "T=Q=", "TR==", "TWF!", "TW\nu", "====", "TWFuTQ= ="}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

}  // namespace
}  // namespace unrecur
