# Everything comes from Debian packages; what is optional says so when it is missing. What was found is defined for every
# target, so that all can share one precompiled header.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(nlohmann_json 3.9 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
target_compile_definitions(unrecur_flags INTERFACE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
target_compile_options(unrecur_flags INTERFACE $<TARGET_PROPERTY:tomlplusplus::tomlplusplus,INTERFACE_COMPILE_OPTIONS>)
find_package(Threads REQUIRED)

# Spectra is header-only and its Debian package has a CMake file only in some versions.
find_path(SPECTRA_INCLUDE_DIR Spectra/SymEigsSolver.h REQUIRED)
add_library(unrecur_spectra INTERFACE)
target_include_directories(unrecur_spectra SYSTEM INTERFACE ${SPECTRA_INCLUDE_DIR})

# OpenBLAS carries the large products (models/arrays/product.h); without it Eigen's own kernels do.
find_package(PkgConfig QUIET)
add_library(unrecur_blas INTERFACE)
target_link_libraries(unrecur_blas INTERFACE Threads::Threads)
if(PkgConfig_FOUND)
  pkg_check_modules(OPENBLAS QUIET IMPORTED_TARGET openblas)
endif()
if(OPENBLAS_FOUND)
  set(UNRECUR_HAVE_OPENBLAS TRUE)
  target_link_libraries(unrecur_blas INTERFACE PkgConfig::OPENBLAS)
  target_compile_definitions(unrecur_flags INTERFACE UNRECUR_HAVE_OPENBLAS=1)
else()
  set(UNRECUR_HAVE_OPENBLAS FALSE)
  message(STATUS "OpenBLAS not found: large products use Eigen's own kernels (slower; install libopenblas-dev)")
endif()

# libcurl gets public data sets (apps/cli/download.h); without it `unrecur data get` says what to install.
find_package(CURL QUIET)
add_library(unrecur_curl INTERFACE)
if(CURL_FOUND)
  target_link_libraries(unrecur_curl INTERFACE CURL::libcurl)
  target_compile_definitions(unrecur_flags INTERFACE UNRECUR_HAVE_CURL=1)
else()
  message(STATUS "libcurl not found: no downloads of data sets (install libcurl4-openssl-dev)")
endif()

# Arb proves certificates again (theory/verify); without it `unrecur verify` says what to install. Since FLINT 3 it is part
# of FLINT; before, a library of its own.
find_path(ARB_INCLUDE_DIR NAMES flint/arb_mat.h arb_mat.h)
find_library(FLINT_LIBRARY flint)
set(ARB_LIBRARIES ${FLINT_LIBRARY})
if(ARB_INCLUDE_DIR AND NOT EXISTS ${ARB_INCLUDE_DIR}/flint/arb_mat.h)
  find_library(ARB_LIBRARY NAMES flint-arb arb)
  set(ARB_LIBRARIES ${ARB_LIBRARY} ${FLINT_LIBRARY})
endif()
add_library(unrecur_arb INTERFACE)
if(ARB_INCLUDE_DIR AND ARB_LIBRARIES AND NOT ARB_LIBRARIES MATCHES NOTFOUND)
  target_include_directories(unrecur_arb SYSTEM INTERFACE ${ARB_INCLUDE_DIR})
  target_link_libraries(unrecur_arb INTERFACE ${ARB_LIBRARIES})
  target_compile_definitions(unrecur_flags INTERFACE UNRECUR_HAVE_ARB=1)
else()
  list(APPEND unrecur_unavailable theory/verify/arb theory/verify/balls)
  message(STATUS "Arb not found: certificates cannot be proved again (install libflint-dev; on Debian 12 libflint-arb-dev)")
endif()

# libhdf5 reads Keras' files (models/formats/keras/hdf5_library.cc); without it `unrecur check` says what to install.
if(PkgConfig_FOUND)
  pkg_check_modules(HDF5 QUIET hdf5)
endif()
if(HDF5_FOUND)
  # Only the sources that call it see its headers.
  set_source_files_properties(models/formats/keras/hdf5_file.cc models/formats/keras/hdf5_library.cc PROPERTIES
                              COMPILE_DEFINITIONS UNRECUR_HAVE_HDF5=1 INCLUDE_DIRECTORIES "${HDF5_INCLUDE_DIRS}")
else()
  message(STATUS "HDF5 not found: Keras' .h5 files are not read (install libhdf5-dev)")
endif()

# DSDP solves the small semidefinite programs of theory/slope/lmi_dsdp.cc; without it the search is by descent alone.
find_path(DSDP_INCLUDE_DIR dsdp/dsdp5.h)
find_library(DSDP_LIBRARY dsdp)
add_library(unrecur_dsdp INTERFACE)
if(DSDP_INCLUDE_DIR AND DSDP_LIBRARY)
  target_include_directories(unrecur_dsdp SYSTEM INTERFACE ${DSDP_INCLUDE_DIR})
  target_link_libraries(unrecur_dsdp INTERFACE ${DSDP_LIBRARY})
  target_compile_definitions(unrecur_flags INTERFACE UNRECUR_HAVE_DSDP=1)
else()
  message(STATUS "DSDP not found: linear matrix inequalities are searched by descent alone (install libdsdp-dev)")
endif()
