# Which source, compiler and flags the results come from (experiments/support/provenance.h). The commit is looked up at every
# build; only when it changed is one small file compiled again.
set(source_version ${CMAKE_CURRENT_BINARY_DIR}/source_version.cc)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
get_target_property(shared_flags unrecur_flags INTERFACE_COMPILE_OPTIONS)
list(FILTER shared_flags EXCLUDE REGEX "^-W|[$]<")  # warnings change no number
string(JOIN " " compile_flags ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} ${shared_flags})
string(REGEX REPLACE "[ \t]+" " " compile_flags "${compile_flags}")

add_custom_target(unrecur_source_version BYPRODUCTS ${source_version}
                  COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_CURRENT_LIST_DIR}/.. -D OUTPUT=${source_version}
                          -D VERSION=${PROJECT_VERSION} "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
                          "-DFLAGS=${compile_flags}" -P ${CMAKE_CURRENT_LIST_DIR}/write_source_version.cmake
                  COMMENT "" VERBATIM)
set_source_files_properties(${source_version} PROPERTIES GENERATED TRUE)
target_sources(unrecur_experiments PRIVATE ${source_version})
add_dependencies(unrecur_experiments unrecur_source_version)
