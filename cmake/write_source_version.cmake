# Run at build time by UnrecurProvenance.cmake.
cmake_minimum_required(VERSION 3.25)
set(commit unknown)
set(dirty false)
find_program(GIT git)
if(GIT)
  # The top of the checkout has to be this folder: an unpacked archive inside another repository has no commit of its own.
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-prefix --short=12 HEAD RESULT_VARIABLE failed
                  OUTPUT_VARIABLE found ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed AND found MATCHES "^\n([0-9a-f]+)$")
    set(commit ${CMAKE_MATCH_1})
    execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE} status --porcelain --untracked-files=no
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      set(dirty true)
      string(APPEND commit -dirty)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"// Written by cmake/write_source_version.cmake.
#include \"experiments/support/provenance.h\"

namespace unrecur {

const SourceVersion& source_version() {
  static const SourceVersion version = {R\"(@VERSION@)\", R\"(@commit@)\", @dirty@, R\"(@COMPILER@)\", R\"(@FLAGS@)\"};
  return version;
}

}  // namespace unrecur
")
