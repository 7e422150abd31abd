#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/stopwatch.h"

namespace unrecur {

/// What the program was built from and with, fixed at build time.
struct SourceVersion {
  std::string_view version;  ///< of the project: "0.1.0"
  std::string_view commit;   ///< "unknown" where the source was no checkout; ends in "-dirty" where it was changed
  bool dirty;
  std::string_view compiler;  ///< "GNU 12.2.0"
  std::string_view flags;
};
const SourceVersion& source_version();

/// Where a result comes from. No user name, host name or absolute path.
struct Provenance {
  std::string command;       ///< as typed, folders of absolute paths left out
  std::string code, commit;  ///< SourceVersion
  bool dirty = false;
  std::string compiler, flags;               ///< SourceVersion
  std::string machine, cpu;                  ///< "Linux 6.1.0 x86_64"; the processor's name
  std::string products;                      ///< product_kernels() (models/arrays/product.h)
  int cores = 0, threads = 1;                ///< usable by this process; used by the job
  double wall_seconds = 0, cpu_seconds = 0;  ///< of the session that ended the job; user time
  double peak_memory_mib = 0;                ///< resident, of the same session
  bool resumed = false;                      ///< whether it went on from a checkpoint
  std::string started;                       ///< UTC: "2026-01-31T12:00:00Z"
  std::string tier, hash;
  int version = 0;                          ///< of the experiment's computation
  std::map<std::string, std::string> data;  ///< file name -> SHA-256 of its plain content
};

/// Measures a job from its construction on.
class ProvenanceClock {
 public:
  ProvenanceClock();
  /// Everything of Provenance that the process and the machine know by themselves.
  Provenance read() const;

 private:
  Stopwatch watch_;
  std::string started_;
};

/// A command line for a provenance record: quoted for a shell, the program by its bare name, and of absolute paths only
/// the last part ("…/data"), since the rest is about the user's machine.
std::string shareable_command(const std::vector<std::string>& words);

}  // namespace unrecur
