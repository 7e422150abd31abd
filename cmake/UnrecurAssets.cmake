# What a report carries with it is embedded into the reports library: our own scripts and styles from reports/assets/,
# and d3 and KaTeX from the system's packages. Without those two, reports show tables for figures and TeX for formulas.
set(UNRECUR_JAVASCRIPT_DIRS /usr/share/javascript /usr/share/nodejs CACHE STRING "Where d3 and KaTeX are looked for")
set(UNRECUR_KATEX_FONT_DIRS /usr/share/fonts/truetype/katex /usr/share/javascript/katex/fonts
    CACHE STRING "Where KaTeX's fonts are looked for")

file(GLOB own_assets CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/reports/assets/*)
set(asset_names "")
set(asset_files "")
foreach(file ${own_assets})
  get_filename_component(name ${file} NAME)
  list(APPEND asset_names ${name})
  list(APPEND asset_files ${file})
endforeach()

macro(unrecur_system_asset name variable)
  if(${variable})
    list(APPEND asset_names ${name})
    list(APPEND asset_files ${${variable}})
  endif()
endmacro()

find_file(UNRECUR_D3 NAMES d3/d3.min.js PATHS ${UNRECUR_JAVASCRIPT_DIRS} NO_DEFAULT_PATH)
unrecur_system_asset(d3.min.js UNRECUR_D3)
if(NOT UNRECUR_D3)
  message(STATUS "d3 not found: reports show tables in place of figures (install libjs-d3 and configure again)")
endif()

find_file(UNRECUR_KATEX_JS NAMES katex/katex.min.js PATHS ${UNRECUR_JAVASCRIPT_DIRS} NO_DEFAULT_PATH)
find_file(UNRECUR_KATEX_CSS NAMES katex/katex.min.css PATHS ${UNRECUR_JAVASCRIPT_DIRS} NO_DEFAULT_PATH)
if(UNRECUR_KATEX_JS AND UNRECUR_KATEX_CSS)
  unrecur_system_asset(katex.js UNRECUR_KATEX_JS)
  unrecur_system_asset(katex.css UNRECUR_KATEX_CSS)
  # The styles that the reports' formulas use; others fall back on the reader's serif font.
  foreach(font Main-Regular Main-Bold Math-Italic Size1-Regular Size2-Regular)
    find_file(UNRECUR_KATEX_${font} NAMES KaTeX_${font}.woff2 PATHS ${UNRECUR_KATEX_FONT_DIRS} NO_DEFAULT_PATH)
    mark_as_advanced(UNRECUR_KATEX_${font})
    unrecur_system_asset(KaTeX_${font}.woff2 UNRECUR_KATEX_${font})
    if(NOT UNRECUR_KATEX_${font})
      message(STATUS "KaTeX_${font}.woff2 not found: formulas use the reader's fonts (install fonts-katex)")
    endif()
  endforeach()
else()
  message(STATUS "KaTeX not found: reports show formulas as TeX (install libjs-katex and configure again)")
endif()
mark_as_advanced(UNRECUR_D3 UNRECUR_KATEX_JS UNRECUR_KATEX_CSS)

set(asset_source ${CMAKE_CURRENT_BINARY_DIR}/assets/assets.cc)
add_custom_command(
  OUTPUT ${asset_source}
  COMMAND ${CMAKE_COMMAND} -D "NAMES=${asset_names}" -D "FILES=${asset_files}" -D OUTPUT=${asset_source}
          -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/EmbedAssets.cmake
  DEPENDS ${asset_files} ${CMAKE_CURRENT_SOURCE_DIR}/cmake/EmbedAssets.cmake
  COMMENT "Embedding the reports' assets" VERBATIM)
# By a target that depends on nothing: a command of the reports alone would wait for the libraries below them, and all
# that is compiled of reports and program for the command.
add_custom_target(unrecur_assets DEPENDS ${asset_source})
target_sources(unrecur_reports PRIVATE ${asset_source})
add_dependencies(unrecur_reports unrecur_assets)
