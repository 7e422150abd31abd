#include "apps/cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <iostream>
#include <sstream>

#include "base/errors.h"
#include "experiments/support/names.h"

namespace unrecur {
namespace po = boost::program_options;

struct CommandLine::Implementation {
  std::string verb, summary;
  po::options_description shown{"Options"}, all;
  std::vector<std::string> names;
  struct {
    std::string placeholder, help;
    int least = 0, most = 0;
  } positional;
  std::vector<std::pair<std::string, std::string>> examples;
  po::variables_map values;
  std::vector<std::string> words;

  [[noreturn]] void reject(const std::string& message) const {
    throw UsageError(fmt::format("{} (see `unrecur {} --help`)", message, verb));
  }

  std::string synopsis() const {
    std::string text = "unrecur " + verb;
    if (positional.most > 0) {
      std::string word = positional.placeholder + (positional.most > 1 && positional.least > 0 ? "..." : "");
      if (positional.least == 0) word = "[" + word + (positional.most > 1 ? "..." : "") + "]";
      text += " " + word;
    }
    return text + " [OPTIONS]";
  }

  void require_word_count() const {
    const int count = static_cast<int>(words.size());
    if (count > positional.most) {
      reject(fmt::format("unexpected word '{}'", words[static_cast<std::size_t>(positional.most)]));
    }
    if (count < positional.least) {
      reject(fmt::format("expected {}: {}", positional.placeholder, positional.help));
    }
  }
};

CommandLine::CommandLine(std::string verb, std::string summary) : implementation_(std::make_unique<Implementation>()) {
  implementation_->verb = std::move(verb);
  implementation_->summary = std::move(summary);
  flag("help,h", "this text");
}
CommandLine::~CommandLine() = default;

void CommandLine::positional(const std::string& placeholder, const std::string& help, int least, int most) {
  implementation_->positional = {placeholder, help, least, most};
}

void CommandLine::option(const std::string& name, const std::string& placeholder, const std::string& help) {
  implementation_->shown.add_options()(name.c_str(), po::value<std::string>()->value_name(placeholder), help.c_str());
  implementation_->names.push_back(name.substr(0, name.find(',')));
}

void CommandLine::flag(const std::string& name, const std::string& help) {
  implementation_->shown.add_options()(name.c_str(), help.c_str());
  implementation_->names.push_back(name.substr(0, name.find(',')));
}

void CommandLine::example(const std::string& command, const std::string& does) {
  implementation_->examples.emplace_back(command, does);
}

std::string CommandLine::help() const {
  const Implementation& own = *implementation_;
  std::ostringstream text;
  text << "Usage: " << own.synopsis() << "\n" << own.summary << "\n\n";
  if (own.positional.most > 0) text << own.positional.placeholder << ": " << own.positional.help << "\n\n";
  text << own.shown;
  if (!own.examples.empty()) text << "\nExamples:\n";
  for (const auto& [command, does] : own.examples) text << "  " << command << "\n      " << does << "\n";
  return text.str();
}

bool CommandLine::parse(const std::vector<std::string>& arguments) {
  Implementation& own = *implementation_;
  own.all.add(own.shown);
  own.all.add_options()("word", po::value<std::vector<std::string>>());
  po::positional_options_description everything;
  everything.add("word", -1);
  try {
    po::store(po::command_line_parser(arguments).options(own.all).positional(everything).run(), own.values);
  } catch (const po::unknown_option& error) {
    std::string name = error.get_option_name();
    name.erase(0, name.find_first_not_of('-'));
    const std::string nearest = nearest_name(name, own.names);
    own.reject("unknown option '" + error.get_option_name() + "'" +
               (nearest.empty() ? "" : ": did you mean '--" + nearest + "'?"));
  } catch (const po::error& error) {
    own.reject(error.what());
  }
  if (own.values.count("help") > 0) {
    std::cout << help();
    return false;
  }
  if (own.values.count("word") > 0) own.words = own.values["word"].as<std::vector<std::string>>();
  own.require_word_count();
  return true;
}

const std::vector<std::string>& CommandLine::words() const {
  return implementation_->words;
}

bool CommandLine::has(const std::string& name) const {
  return implementation_->values.count(name) > 0;
}

std::optional<std::string> CommandLine::text(const std::string& name) const {
  if (!has(name)) return std::nullopt;
  return implementation_->values[name].as<std::string>();
}

std::optional<std::filesystem::path> CommandLine::path(const std::string& name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  if (value->empty()) implementation_->reject("--" + name + " expects a path, found an empty word");
  return *value;
}

std::optional<std::string> CommandLine::choice(const std::string& name, const std::vector<std::string>& choices) const {
  const auto value = text(name);
  if (value && std::ranges::find(choices, *value) == choices.end()) {
    implementation_->reject(fmt::format("--{} expects one of {}, found '{}'", name, join_names(choices), *value));
  }
  return value;
}

namespace {

template <class T>
std::optional<T> parse_whole_word(const std::string& word) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> CommandLine::whole(const std::string& name, std::int64_t least, std::int64_t most) const {
  const auto word = text(name);
  if (!word) return std::nullopt;
  const auto value = parse_whole_word<std::int64_t>(*word);
  if (!value || *value < least || *value > most) {
    implementation_->reject(
        fmt::format("--{} expects a whole number from {} to {}, found '{}'", name, least, most, *word));
  }
  return value;
}

std::optional<double> CommandLine::number(const std::string& name, double least, double most) const {
  const auto word = text(name);
  if (!word) return std::nullopt;
  const auto value = parse_whole_word<double>(*word);
  if (!value || !std::isfinite(*value) || *value < least || *value > most) {
    implementation_->reject(fmt::format("--{} expects a number from {} to {}, found '{}'", name, least, most, *word));
  }
  return value;
}

std::vector<std::string> split_commas(const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& word : words) {
    for (std::size_t start = 0; start <= word.size();) {
      const std::size_t end = std::min(word.find(',', start), word.size());
      if (end == start) throw UsageError("an empty name in the list '" + word + "'");
      result.push_back(word.substr(start, end - start));
      start = end + 1;
    }
  }
  return result;
}

}  // namespace unrecur
