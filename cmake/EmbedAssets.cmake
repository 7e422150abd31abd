# cmake -D NAMES=… -D FILES=… -D OUTPUT=… -P EmbedAssets.cmake
#
# Writes a C++ source with the content of FILES under NAMES, as asset() of reports/results/assets.h. Every byte becomes \xNN in a
# string literal: unlike a list of numbers, that compiles in no time.
set(entries "")
foreach(name file IN ZIP_LISTS NAMES FILES)
  file(READ ${file} bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" literal "${bytes}")
  string(APPEND entries "    {\"${name}\", {\"${literal}\", ${size}}},\n")
endforeach()
file(WRITE ${OUTPUT}.new "// Written by cmake/EmbedAssets.cmake.
#include \"reports/results/assets.h\"

namespace unrecur::reports {
namespace {

struct Asset {
  std::string_view name, content;
};

constexpr Asset assets[] = {
${entries}};

}  // namespace

std::string_view asset(std::string_view name) {
  for (const Asset& a : assets) {
    if (a.name == name) return a.content;
  }
  return {};
}

}  // namespace unrecur::reports
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
