#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// In whose words an answer names the options of its question. What is said is the same.
enum class Dialect {
  shell,   ///< --input-bound B
  python,  ///< input_bound=B
};

/// An option by the name of its field, with a value as it stands in the language: "--input-bound B", "input_bound=B".
std::string option_words(Dialect dialect, std::string_view field, const std::string& value);
/// The name alone: "--seconds", "seconds".
std::string option_name(Dialect dialect, std::string_view field);
/// A text as a value: itself, in double quotes where a shell needs them, "..." where these are not enough; a string
/// literal of Python.
std::string text_value(Dialect dialect, const std::string& text);
/// The option with the texts that it can have: "--convention tanh, relu or sigmoid".
std::string alternatives(Dialect dialect, std::string_view field, const std::vector<std::string>& values);

}  // namespace unrecur
