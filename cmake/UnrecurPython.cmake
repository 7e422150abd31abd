# The Python module: the package `unrecur` in build/PRESET/python, so that with that folder in PYTHONPATH Python imports it.
# On where the headers of Python and pybind11 are found; without them everything else is built.
# Not under sanitizers: an interpreter without them loads no module with them.
if(UNRECUR_SANITIZE)
  return()
endif()
if(NOT DEFINED Python_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python_EXECUTABLE /usr/bin/python3) # the one that Debian's packages (pybind11, NumPy, PyTorch) belong to
endif()
set(PYBIND11_FINDPYTHON ON)
find_package(Python 3.9 QUIET COMPONENTS Interpreter Development.Module)
set(pybind11_FOUND FALSE)
if(Python_Development.Module_FOUND)
  find_package(pybind11 2.10 QUIET CONFIG)
endif()
set(UNRECUR_PYTHON AUTO CACHE STRING "Build the Python module: ON, OFF, or AUTO, where its headers are found")
if(UNRECUR_PYTHON STREQUAL AUTO)
  if(NOT pybind11_FOUND)
    message(STATUS "pybind11 or Python's headers not found: no Python module (install python3-dev and pybind11-dev)")
    return()
  endif()
elseif(NOT UNRECUR_PYTHON)
  return()
elseif(NOT pybind11_FOUND)
  message(FATAL_ERROR "UNRECUR_PYTHON needs the headers of Python and pybind11 (install python3-dev and pybind11-dev)")
endif()

file(GLOB python_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/python/bindings/*.cc)
file(GLOB python_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/python/unrecur/*.py
     ${CMAKE_CURRENT_SOURCE_DIR}/python/unrecur/*.pyi ${CMAKE_CURRENT_SOURCE_DIR}/python/unrecur/py.typed)
pybind11_add_module(unrecur_python MODULE NO_EXTRAS ${python_sources})
set(UNRECUR_PYTHON_FOLDER ${CMAKE_CURRENT_BINARY_DIR}/python)
set_target_properties(unrecur_python PROPERTIES OUTPUT_NAME _core LIBRARY_OUTPUT_DIRECTORY ${UNRECUR_PYTHON_FOLDER}/unrecur
                      UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE 0)
target_include_directories(unrecur_python PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_link_libraries(unrecur_python PRIVATE $<BUILD_INTERFACE:unrecur_flags> unrecur_library unrecur_answers Eigen3::Eigen
                      fmt::fmt nlohmann_json::nlohmann_json)
target_compile_definitions(unrecur_python PRIVATE EIGEN_MAX_ALIGN_BYTES=32)
# What the module is made of is nobody else's: another module of the same process may hold other versions of it.
target_link_options(unrecur_python PRIVATE -Wl,--exclude-libs,ALL)
unrecur_optimise_little(unrecur_python)

set(copied "")
foreach(file ${python_files})
  get_filename_component(name ${file} NAME)
  set(copy ${UNRECUR_PYTHON_FOLDER}/unrecur/${name})
  add_custom_command(OUTPUT ${copy} COMMAND ${CMAKE_COMMAND} -E copy ${file} ${copy} DEPENDS ${file} COMMENT "" VERBATIM)
  list(APPEND copied ${copy})
endforeach()
add_custom_target(unrecur_python_files ALL DEPENDS ${copied})
add_dependencies(unrecur_python unrecur_python_files)
# For `cmake --install build --component python`, which pip's build calls.
install(TARGETS unrecur_python LIBRARY DESTINATION unrecur COMPONENT python EXCLUDE_FROM_ALL)
install(FILES ${python_files} DESTINATION unrecur COMPONENT python EXCLUDE_FROM_ALL)
