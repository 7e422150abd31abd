# The configurations of experiments/configs/*.toml become part of the experiments library (experiments/plan/tiers.h), so that
# an installed program needs no files. A changed configuration configures the build anew.
set(configs_folder ${CMAKE_CURRENT_LIST_DIR}/../experiments/configs)
file(GLOB config_files CONFIGURE_DEPENDS ${configs_folder}/*.toml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${config_files})
set(config_table "")
foreach(file ${config_files})
  get_filename_component(stem ${file} NAME_WE)
  file(READ ${file} text)
  if(text MATCHES "\\)toml\"")
    message(FATAL_ERROR "${file}: the characters )toml\" cannot be embedded")
  endif()
  string(APPEND config_table "    {\"${stem}.toml\", R\"toml(${text})toml\"},\n")
endforeach()

# In two steps: a configuration may contain what looks like a variable.
set(embedded ${CMAKE_CURRENT_BINARY_DIR}/embedded_configs.cc)
file(WRITE ${embedded}.new "// Written by cmake/UnrecurConfigs.cmake from experiments/configs.
#include \"experiments/plan/tiers.h\"

namespace unrecur {

std::span<const EmbeddedConfig> embedded_configs() {
  static constexpr std::array<EmbeddedConfig, ")
list(LENGTH config_files config_count)
file(APPEND ${embedded}.new "${config_count}> table = {{\n${config_table}  }};
  return table;
}

}  // namespace unrecur
")
file(COPY_FILE ${embedded}.new ${embedded} ONLY_IF_DIFFERENT)
target_sources(unrecur_experiments PRIVATE ${embedded})
