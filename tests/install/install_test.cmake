# Installs the build into a new prefix, moves it (nothing may depend on where it was), and looks at it as its users do:
# only the public headers and what they include are there, each compiles alone, and the program of the README, word for
# word, builds against nothing but find_package(unrecur) and runs.
set(here ${CMAKE_CURRENT_LIST_DIR})
set(work ${BUILD}/install_test)
file(REMOVE_RECURSE ${work})

function(run)
  cmake_parse_arguments(R "" "IN" "" ${ARGN})
  if(NOT R_IN)
    set(R_IN ${work})
  endif()
  execute_process(COMMAND ${R_UNPARSED_ARGUMENTS} WORKING_DIRECTORY ${R_IN} RESULT_VARIABLE code OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    list(JOIN R_UNPARSED_ARGUMENTS " " command)
    message(FATAL_ERROR "${command}\nended with ${code}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${work})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${work}/first)
file(RENAME ${work}/first ${work}/prefix)

# The headers: the umbrella includes the list, and whatever else is installed is included by one of the installed.
set(include ${work}/prefix/include/unrecur)
file(STRINGS ${BUILD}/public_headers.txt public)
file(STRINGS ${include}/unrecur.h lines REGEX "^#include \"")
list(TRANSFORM lines REPLACE "^#include \"([^\"]+)\"$" "\\1" OUTPUT_VARIABLE umbrella)
list(SORT umbrella)
list(SORT public)
if(NOT umbrella STREQUAL public)
  message(FATAL_ERROR "unrecur.h includes\n  ${umbrella}\nand the list in cmake/UnrecurInstall.cmake has\n  ${public}")
endif()
file(GLOB_RECURSE installed RELATIVE ${include} ${include}/*)
set(included unrecur.h)
foreach(header ${installed})
  file(STRINGS ${include}/${header} lines REGEX "^#include \"")
  list(TRANSFORM lines REPLACE "^#include \"([^\"]+)\"$" "\\1")
  list(APPEND included ${lines})
endforeach()
list(REMOVE_DUPLICATES included)
list(SORT included)
list(SORT installed)
if(NOT included STREQUAL installed)
  message(FATAL_ERROR "installed are\n  ${installed}\nbut public headers include\n  ${included}")
endif()

# The program of the README.
file(READ ${here}/../../README.md readme)
string(REGEX MATCH "```cpp\n(#include <unrecur/unrecur.h>[^`]*)```" block "${readme}")
if(NOT block)
  message(FATAL_ERROR "README.md shows no program")
endif()
set(program "${CMAKE_MATCH_1}")
string(REGEX MATCHALL "\n" lines "${program}")
list(LENGTH lines count)
if(count GREATER 20)
  message(FATAL_ERROR "the program of README.md has ${count} lines, at most 20 were promised")
endif()
file(WRITE ${work}/consumer/program.cc "${program}")
file(COPY ${here}/consumer/CMakeLists.txt DESTINATION ${work}/consumer)

# A file for each public header: it compiles with nothing before it, and twice.
foreach(header unrecur.h ${public})
  string(REPLACE "/" "_" name ${header})
  file(WRITE ${work}/consumer/alone/${name}.cc "#include \"${header}\"\n#include \"${header}\"\n")
endforeach()

run(${CMAKE_COMMAND} -S ${work}/consumer -B ${work}/built -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
    -D CMAKE_PREFIX_PATH=${work}/prefix -D WANTED_VERSION=${VERSION})
run(${CMAKE_COMMAND} --build ${work}/built)

# h' of a GRU of one unit and one input, all weights small: the JSON that RTNeural reads.
file(WRITE ${work}/model.json [=[
{"in_shape": [null, null, 1],
 "layers": [{"type": "gru", "activation": "", "shape": [null, null, 1],
             "weights": [[[0.1, 0.2, 0.3]], [[0.1, -0.2, 0.1]], [[0.0, 0.1, 0.0], [0.1, 0.0, 0.0]]]}]}
]=])
run(${work}/built/program model.json)
if(NOT output MATCHES "proved, rate at most 0\\.[0-9]+, [0-9]+ steps of context are enough")
  message(FATAL_ERROR "the program of README.md printed\n${output}")
endif()
run(${work}/prefix/bin/unrecur verify proof.json model.json)
if(NOT output MATCHES "proof.json: proved")
  message(FATAL_ERROR "the certificate that the program of README.md wrote was answered by\n${output}")
endif()
run(${work}/prefix/bin/unrecur --help)
