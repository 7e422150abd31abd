# cmake --install puts the program, the libraries of the modules, their headers and a package file in place, so that
# find_package(unrecur) gives unrecur::models, unrecur::theory, unrecur::experiments and unrecur::reports.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(modules base models theory experiments reports)
list(TRANSFORM modules PREPEND unrecur_ OUTPUT_VARIABLE libraries)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/unrecur)

# The libraries are static: whoever links them links OpenBLAS, Arb and DSDP too.
set_target_properties(unrecur_blas PROPERTIES EXPORT_NAME blas)
set_target_properties(unrecur_arb PROPERTIES EXPORT_NAME arb)
set_target_properties(unrecur_dsdp PROPERTIES EXPORT_NAME dsdp)

install(TARGETS ${libraries} unrecur_blas unrecur_arb unrecur_dsdp EXPORT unrecur ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS unrecur RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT unrecur NAMESPACE unrecur:: FILE unrecurTargets.cmake DESTINATION ${package_dir})

foreach(module ${modules})
  file(GLOB_RECURSE headers RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${module}/*.h)
  foreach(header ${headers})
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/unrecur/${folder})
  endforeach()
endforeach()

configure_package_config_file(cmake/unrecurConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/unrecurConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/unrecurConfigVersion.cmake
        DESTINATION ${package_dir})
