# Flags every target of the project shares. Consumers of the installed package get only the language level and the alignment.
add_library(unrecur_flags INTERFACE)
target_compile_features(unrecur_flags INTERFACE cxx_std_20)
target_compile_options(unrecur_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12 sees overlaps and overflows in "text" + std::string that are not there (its bug 105651). Variables of its own
# AVX-512 headers, and under the sanitizers parts of std::function and std::optional, it takes for uninitialized; the preset
# dev keeps that warning.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(unrecur_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  if(UNRECUR_NATIVE OR UNRECUR_SANITIZE)
    target_compile_options(unrecur_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
  endif()
endif()
# A unit over Eigen takes a gigabyte however often the compiler looks for what it may throw away; looking costs a tenth of its
# time.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(unrecur_flags INTERFACE --param=ggc-min-heapsize=1048576 --param=ggc-min-expand=300)
endif()
if(UNRECUR_DEVELOPER)
  target_compile_options(unrecur_flags INTERFACE -Werror)
endif()
if(UNRECUR_NATIVE)
  target_compile_options(unrecur_flags INTERFACE -march=native)
endif()
if(UNRECUR_SANITIZE)
  target_compile_options(unrecur_flags INTERFACE -fsanitize=${UNRECUR_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(unrecur_flags INTERFACE -fsanitize=${UNRECUR_SANITIZE})
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
