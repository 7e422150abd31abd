# Parsing Eigen and the JSON library takes longer than compiling most files, so the build parses them once: every module
# and program takes the same precompiled header, whose definitions (unrecur_flags) they share. GCC lets them differ in -O
# and -ffp-contract. Headers still name all that they use: the presets asan and fuzz build without this.
set(unrecur_precompiled <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <span> <string> <vector>)

function(unrecur_precompiled_header)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON PARENT_SCOPE)
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// What is precompiled has to belong to a source.\n")
  add_library(unrecur_precompiled OBJECT ${source})
  set_target_properties(unrecur_precompiled PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
  unrecur_compile(unrecur_precompiled)
  target_include_directories(unrecur_precompiled PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(unrecur_precompiled PRIVATE Eigen3::Eigen nlohmann_json::nlohmann_json)
  target_precompile_headers(unrecur_precompiled PRIVATE ${unrecur_precompiled}
                             ${CMAKE_CURRENT_SOURCE_DIR}/models/arrays/eigen_instances.h
                             ${CMAKE_CURRENT_SOURCE_DIR}/base/json/instances.h)
endfunction()

# With CMAKE_UNITY_BUILD (presets release and test) folders are translation units: Eigen's templates are instantiated once a
# unit instead of once a file. So names of file-local things differ within a unit. A unit is a folder, or several that
# UNITS puts together ("first second"): fewer and larger ones make the first build shorter, as long as two cores share
# them and none takes much over a gigabyte of memory. Folders of registered objects stay apart, file by file, unless they
# say TOGETHER: their files are alike on purpose.
function(unrecur_units target)
  cmake_parse_arguments(U "" "" "UNITS;SOURCES" ${ARGN})
  foreach(source ${U_SOURCES})
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE folder)
    set(group ${folder})
    foreach(unit ${U_UNITS})
      separate_arguments(folders UNIX_COMMAND ${unit})
      if(folder IN_LIST folders)
        list(GET folders 0 group)
      endif()
    endforeach()
    string(REPLACE "/" "_" group ${group})
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# For code that no computation waits for: text in, text out. Takes a tenth to a fifth off the time to compile it. GCC 13 and
# later take a precompiled header only where two settings that -O1 leaves out are as -O2 has them.
function(unrecur_optimise_little target)
  set(little -O1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13
     AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(APPEND little -munroll-only-small-loops -mvzeroupper)
  endif()
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release,RelWithDebInfo>:${little}>")
endfunction()

# What every target of the program is compiled with.
function(unrecur_compile target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  # One alignment whatever instruction set the user compiles for: it is part of the ABI of Eigen's types.
  target_compile_definitions(${target} PUBLIC EIGEN_MAX_ALIGN_BYTES=32)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:unrecur_flags>)
  if(NOT target MATCHES "^unrecur_(precompiled|base)$") # base is compiled while the header is
    target_precompile_headers(${target} REUSE_FROM unrecur_precompiled)
  endif()
endfunction()

# Folders of a module that are compiled by themselves, with little optimisation, and end in the module's archive. What
# they include has to be linked to the target unrecur_NAME_text.
function(unrecur_text_part name sources)
  set(part unrecur_${name}_text)
  add_library(${part} OBJECT ${sources})
  set_target_properties(${part} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${part} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  unrecur_compile(${part})
  unrecur_optimise_little(${part})
  target_sources(unrecur_${name} PRIVATE $<TARGET_OBJECTS:${part}>)
endfunction()

# A module is one library: every source below its folder, headers beside sources.
# unrecur_module(name [FOLDER folder] [UNITS "folder folder"…] [WITHOUT folder…] [TEXT folder…])
#   FOLDER: where its sources are, if not in the folder of its name
#   WITHOUT: folders whose library was not found
#   TEXT: folders that read and write files, with all below them
function(unrecur_module name)
  cmake_parse_arguments(R "" "FOLDER" "UNITS;WITHOUT;TEXT" ${ARGN})
  if(NOT R_FOLDER)
    set(R_FOLDER ${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${R_FOLDER}/*.cc)
  foreach(folder ${R_WITHOUT})
    list(FILTER sources EXCLUDE REGEX "/${folder}/")
  endforeach()
  set(texts "")
  foreach(folder ${R_TEXT})
    set(found ${sources})
    list(FILTER found INCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${folder}/")
    list(APPEND texts ${found})
  endforeach()
  set(computing ${sources})
  list(REMOVE_ITEM computing ${texts})
  add_library(unrecur_${name} STATIC ${computing})
  add_library(unrecur::${name} ALIAS unrecur_${name})
  set_target_properties(unrecur_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(unrecur_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
                             $<INSTALL_INTERFACE:include/unrecur>)
  unrecur_compile(unrecur_${name})
  unrecur_units(unrecur_${name} UNITS ${R_UNITS} SOURCES ${sources})
  if(texts)
    unrecur_text_part(${name} "${texts}")
    unrecur_units(unrecur_${name}_text UNITS ${R_UNITS} SOURCES ${texts})
  endif()
endfunction()

# unrecur_program(name DIRECTORY folder [WITHOUT folder…] [UNITS "folder folder"…])
function(unrecur_program name)
  cmake_parse_arguments(P "" "DIRECTORY" "UNITS;WITHOUT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${P_DIRECTORY}/*.cc)
  foreach(folder ${P_WITHOUT})
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${folder}/")
  endforeach()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE -fPIC) # as what is precompiled
  unrecur_compile(${name})
  unrecur_units(${name} UNITS ${P_UNITS} SOURCES ${sources})
endfunction()

# unrecur_registry_table(table DIRECTORY dir HEADER header TYPE type [AND stem…])
#
# Writes the table of all objects that the files of a folder define, and of further ones, into the file `table`.
function(unrecur_registry_table table)
  cmake_parse_arguments(R "" "DIRECTORY;HEADER;TYPE" "AND" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${R_DIRECTORY}/*.cc)
  get_filename_component(space ${R_DIRECTORY} NAME)
  set(stems ${R_AND})
  foreach(file ${files})
    get_filename_component(stem ${file} NAME_WE)
    list(APPEND stems ${stem})
  endforeach()
  set(declarations "")
  set(entries "")
  foreach(stem ${stems})
    string(APPEND declarations "extern const ${R_TYPE} ${stem};\n")
    string(APPEND entries "    &${stem},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${table} @ONLY CONTENT
"// Written by cmake/UnrecurModules.cmake from the files of @R_DIRECTORY@.
#include \"@R_HEADER@\"

namespace unrecur::registry::@space@ {

@declarations@
std::span<const @R_TYPE@* const> all() {
  static const @R_TYPE@* const table[] = {
@entries@  };
  return table;
}

}  // namespace unrecur::registry::@space@
")
endfunction()

# unrecur_registry(target DIRECTORY dir HEADER header TYPE type [TOGETHER])
#   TOGETHER: the files are one unit, so that file-local names differ among them
#
# Every file dir/NAME.cc defines one object, `extern const TYPE NAME` in namespace unrecur::registry::DIR, where DIR is
# the last part of dir. This writes the table of all of them, `std::span<const TYPE* const> all()` in that namespace, so
# that a new cell, figure or verb is a new file and nothing else.
function(unrecur_registry target)
  cmake_parse_arguments(R "TOGETHER" "DIRECTORY;HEADER;TYPE" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${R_DIRECTORY}/*.cc)
  if(NOT R_TOGETHER)
    set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  string(REPLACE "/" "_" flat ${R_DIRECTORY})
  set(table ${CMAKE_CURRENT_BINARY_DIR}/registry/${flat}.cc)
  unrecur_registry_table(${table} DIRECTORY ${R_DIRECTORY} HEADER ${R_HEADER} TYPE ${R_TYPE})
  if(TARGET unrecur_${target})
    target_sources(unrecur_${target} PRIVATE ${table})
  else()
    target_sources(${target} PRIVATE ${table})
  endif()
endfunction()
