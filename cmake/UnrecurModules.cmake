# Parsing Eigen takes longer than compiling most files, so each program and library parses it once. Headers still name
# all that they use: the presets asan and fuzz build without this.
set(unrecur_precompiled <algorithm> <cmath> <filesystem> <functional> <map> <memory> <optional> <span> <string> <vector>)

# With CMAKE_UNITY_BUILD (presets release and test) folders are translation units: Eigen's templates are instantiated once a
# unit instead of once a file. So names of file-local things differ within a unit. A unit is a folder, or several that
# UNITS puts together ("first second"): fewer and larger ones make the first build shorter, as long as two cores share
# them and none takes much over a gigabyte of memory. Folders of registered objects stay apart, file by file: their files
# are alike on purpose.
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

# Parsing Eigen or a JSON library once for several targets: those whose options are the same take the first one's.
function(unrecur_precompile target)
  cmake_parse_arguments(H "" "FROM" "HEADERS" ${ARGN})
  if(H_FROM)
    target_precompile_headers(${target} REUSE_FROM ${H_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${unrecur_precompiled} ${H_HEADERS})
  endif()
endfunction()

# For code that no computation waits for: text in, text out. Takes a fifth off the time to compile it.
function(unrecur_optimise_little target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
endfunction()

# A module is one library: every source below its folder, headers beside sources.
# unrecur_module(name [PRECOMPILE header… | PRECOMPILED_BY target] [UNITS "folder folder"…] [WITHOUT folder…])
#   WITHOUT: folders whose library was not found
function(unrecur_module name)
  cmake_parse_arguments(R "" "PRECOMPILED_BY" "PRECOMPILE;UNITS;WITHOUT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  foreach(folder ${R_WITHOUT})
    list(FILTER sources EXCLUDE REGEX "/${folder}/")
  endforeach()
  add_library(unrecur_${name} STATIC ${sources})
  add_library(unrecur::${name} ALIAS unrecur_${name})
  set_target_properties(unrecur_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(unrecur_${name} PUBLIC cxx_std_20)
  # One alignment whatever instruction set the user compiles for: it is part of the ABI of Eigen's types.
  target_compile_definitions(unrecur_${name} PUBLIC EIGEN_MAX_ALIGN_BYTES=32)
  target_include_directories(unrecur_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}>
                             $<INSTALL_INTERFACE:include/unrecur>)
  target_link_libraries(unrecur_${name} PRIVATE $<BUILD_INTERFACE:unrecur_flags>)
  unrecur_precompile(unrecur_${name} FROM ${R_PRECOMPILED_BY} HEADERS ${R_PRECOMPILE})
  unrecur_units(unrecur_${name} UNITS ${R_UNITS} SOURCES ${sources})
endfunction()

function(unrecur_program name)
  cmake_parse_arguments(P "" "DIRECTORY" "PRECOMPILE;UNITS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${P_DIRECTORY}/*.cc)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:unrecur_flags>)
  unrecur_precompile(${name} HEADERS ${P_PRECOMPILE})
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

# unrecur_registry(target DIRECTORY dir HEADER header TYPE type)
#
# Every file dir/NAME.cc defines one object, `extern const TYPE NAME` in namespace unrecur::registry::DIR, where DIR is
# the last part of dir. This writes the table of all of them, `std::span<const TYPE* const> all()` in that namespace, so
# that a new cell, figure or verb is a new file and nothing else.
function(unrecur_registry target)
  cmake_parse_arguments(R "" "DIRECTORY;HEADER;TYPE" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${R_DIRECTORY}/*.cc)
  set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  string(REPLACE "/" "_" flat ${R_DIRECTORY})
  set(table ${CMAKE_CURRENT_BINARY_DIR}/registry/${flat}.cc)
  unrecur_registry_table(${table} DIRECTORY ${R_DIRECTORY} HEADER ${R_HEADER} TYPE ${R_TYPE})
  if(TARGET unrecur_${target})
    target_sources(unrecur_${target} PRIVATE ${table})
  else()
    target_sources(${target} PRIVATE ${table})
  endif()
endfunction()
