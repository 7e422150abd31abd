#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "apps/cli/error_text.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/program.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/execution.h"
#include "base/heap.h"
#include "experiments/support/names.h"
#include "experiments/support/provenance.h"
#include "models/arrays/kernels.h"

namespace unrecur {
namespace {

/// The verbs that people use, in their order; those without a summary are the program's own.
std::vector<const Verb*> shown_verbs() {
  std::vector<const Verb*> verbs;
  for (const Verb* verb : registry::verbs::all()) {
    if (!verb->summary.empty()) verbs.push_back(verb);
  }
  std::ranges::sort(verbs, {}, [](const Verb* verb) { return std::pair(verb->order, verb->name); });
  return verbs;
}

std::string help_text() {
  std::string text =
      "Usage: unrecur VERB [ARGUMENTS]\n"
      "Does a recurrent model need to be recurrent? Checks whether it forgets, says how many steps of context are\n"
      "enough, and reproduces the theory behind it.\n\nVerbs:\n";
  for (const Verb* verb : shown_verbs()) text += fmt::format("  {:<11} {}\n", verb->name, verb->summary);
  return text +
         "\n`unrecur VERB --help` says more, with examples.\n"
         "Exit codes: 0 done or all proved; 10 refuted; 11 undecided; 2 wrong usage; 3 a file that cannot be read or "
         "is\n"
         "malformed; 4 the machine said no (space, permission, network); 130 interrupted, state saved.\n";
}

const Verb& verb_called(const std::string& name) {
  for (const Verb* verb : registry::verbs::all()) {
    if (verb->name == name) return *verb;
  }
  std::vector<std::string> known;
  for (const Verb* verb : shown_verbs()) known.emplace_back(verb->name);
  throw UsageError("unknown verb '" + name + "': " + suggest_name(name, known));
}

int run(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cerr << help_text();
    return exit_usage;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    std::cout << help_text();
    return exit_done;
  }
  if (words[0] == "--version") {
    const SourceVersion& source = source_version();
    std::cout << fmt::format("unrecur {} ({}, {})\n", source.version, source.commit, source.compiler);
    return exit_done;
  }
  return verb_called(words[0]).run({words.begin() + 1, words.end()});
}

/// Results that did not reach their reader are no results.
int with_output_checked(int code) {
  errno = 0;
  if (std::cout.flush() && std::fflush(stdout) == 0) return code;
  throw ResourceError("standard output cannot be written" +
                      (errno == 0 ? std::string() : ": " + std::generic_category().message(errno)));
}

int fail(int code, const std::string& message) {
  std::cerr << "unrecur: " << printable_lines(message) << std::endl;
  return code;
}

int guarded(const std::vector<std::string>& words) {
  try {
    return with_output_checked(run(words));
  } catch (const OptionError& error) {
    return fail(exit_usage, format_error(error));
  } catch (const UsageError& error) {
    return fail(exit_usage, error.what());
  } catch (const FileError& error) {
    return fail(exit_file, format_error(error));
  } catch (const ResourceError& error) {
    return fail(exit_resource, error.what());
  } catch (const Interrupted& error) {
    return fail(exit_interrupted, error.what());
  } catch (const std::bad_alloc&) {
    return fail(exit_resource, "out of memory: use a smaller model or fewer jobs at once");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(exit_resource, error.what());
  } catch (const std::system_error& error) {
    return fail(exit_resource, error.what());
  } catch (const std::exception& error) {
    return fail(exit_internal, std::string("internal error: ") + error.what() +
                                   "\nThis is a mistake of the program; please report it with the command you gave.");
  }
}

std::vector<std::string>& stored_words() {
  static std::vector<std::string> words;
  return words;
}

}  // namespace

const std::vector<std::string>& program_words() {
  return stored_words();
}

}  // namespace unrecur

int main(int count, char** words) {
  unrecur::restart_with_better_kernels(words);
  unrecur::keep_freed_memory();
  unrecur::stored_words().assign(words, words + count);
  return unrecur::guarded({words + std::min(count, 1), words + count});
}
