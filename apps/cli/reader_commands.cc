#include "apps/cli/reader_commands.h"

namespace unrecur {

reports::ReaderCommands reader_commands() {
  const auto reproduce = [](const std::string& experiment, const std::string& tier) {
    const bool reads_files = tier == "laptop" || tier == "paper";
    return "unrecur reproduce " + experiment + (tier.empty() ? "" : " --tier " + tier) +
           (reads_files ? " --data DIR" : "");
  };
  return {reproduce, "--force"};
}

}  // namespace unrecur
