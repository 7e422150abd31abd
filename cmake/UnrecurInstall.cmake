# cmake --install puts the program, the libraries of the modules, the public headers and a package file in place, so that
# find_package(unrecur) gives unrecur::unrecur, and <unrecur/unrecur.h> its door.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The public headers: what include/unrecur/unrecur.h includes. They and what they include are installed, and nothing else
# (tests/install checks both). Everything under them may change without notice.
set(unrecur_public_headers
    base/errors.h
    base/execution.h
    experiments/parallel/run.h
    experiments/truncation/truncate.h
    experiments/twins/fit.h
    experiments/twins/twin_file.h
    models/formats/layer_choice.h
    models/formats/read_model.h
    models/formats/safetensors/model_file.h
    models/layers/cell_registry.h
    theory/check/check.h
    theory/check/checkable.h
    theory/check/file_inputs.h
    theory/projected/projected_file.h
    theory/proofs/certify.h
    theory/proofs/claim_words.h
    theory/proofs/refute.h
    theory/proofs/verify_proof.h
    theory/stable_sets/project_layer.h)

# These headers, and those of this project that they include, directly or not.
function(unrecur_headers_reached result)
  set(found "")
  set(waiting ${ARGN})
  while(waiting)
    list(POP_FRONT waiting header)
    list(APPEND found ${header})
    file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/${header} includes REGEX "^#include \"")
    foreach(include ${includes})
      string(REGEX REPLACE "^#include \"([^\"]+)\".*$" "\\1" name "${include}")
      if(NOT name IN_LIST found AND NOT name IN_LIST waiting)
        list(APPEND waiting ${name})
      endif()
    endforeach()
    # A header that comes to include another is looked at again.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${header})
  endwhile()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

set(libraries unrecur_base unrecur_models unrecur_theory unrecur_experiments)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/unrecur)

# One target for all of them; a program of that name is there already.
add_library(unrecur_library INTERFACE)
target_link_libraries(unrecur_library INTERFACE ${libraries})
target_include_directories(unrecur_library INTERFACE $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(unrecur_library PROPERTIES EXPORT_NAME unrecur)

# The libraries are static: whoever links them links OpenBLAS, Arb and DSDP too.
set_target_properties(unrecur_blas PROPERTIES EXPORT_NAME blas)
set_target_properties(unrecur_arb PROPERTIES EXPORT_NAME arb)
set_target_properties(unrecur_dsdp PROPERTIES EXPORT_NAME dsdp)

install(TARGETS unrecur_library ${libraries} unrecur_blas unrecur_arb unrecur_dsdp EXPORT unrecur
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS unrecur RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT unrecur NAMESPACE unrecur:: FILE unrecurTargets.cmake DESTINATION ${package_dir})

install(FILES include/unrecur/unrecur.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/unrecur)
unrecur_headers_reached(headers ${unrecur_public_headers})
foreach(header ${headers})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/unrecur/${folder})
endforeach()
list(JOIN unrecur_public_headers "\n" lines)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/public_headers.txt CONTENT "@lines@\n" @ONLY)

configure_package_config_file(cmake/unrecurConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/unrecurConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfigVersion.cmake
        DESTINATION ${package_dir})
