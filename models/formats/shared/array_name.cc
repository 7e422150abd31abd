#include "models/formats/shared/array_name.h"

#include <algorithm>
#include <cctype>

namespace unrecur {
namespace {

bool is_word_sign(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string_view without_number(std::string_view word) {
  std::string_view stem = word;
  while (!stem.empty() && stem.back() >= '0' && stem.back() <= '9') stem.remove_suffix(1);
  return stem.empty() ? word : stem;
}

}  // namespace

ArrayName::ArrayName(std::string_view name) : text_(name) {
  if (text_.ends_with(":0")) text_.resize(text_.size() - 2);
  std::transform(text_.begin(), text_.end(), text_.begin(), [](unsigned char c) { return std::tolower(c); });
  parts_.emplace_back();
  for (const char c : text_) {
    if (c != '.' && c != '/') {
      parts_.back() += c;
    } else if (!parts_.back().empty()) {
      parts_.emplace_back();
    }
  }
  if (parts_.size() > 1 && parts_.back().empty()) parts_.pop_back();
}

bool ArrayName::has_word(std::initializer_list<std::string_view> words, std::size_t first, std::size_t last) const {
  for (std::size_t i = first; i < std::min(last, parts_.size()); ++i) {
    const std::string& part = parts_[i];
    for (std::size_t begin = 0; begin < part.size();) {
      std::size_t end = begin;
      while (end < part.size() && is_word_sign(part[end])) ++end;
      const std::string_view word = std::string_view(part).substr(begin, end - begin), stem = without_number(word);
      if (!word.empty() && std::any_of(words.begin(), words.end(), [&](auto w) { return w == word || w == stem; })) {
        return true;
      }
      begin = end + 1;
    }
  }
  return false;
}

bool ArrayName::has_text(std::initializer_list<std::string_view> texts) const {
  return std::any_of(texts.begin(), texts.end(), [&](auto t) { return text_.find(t) != std::string::npos; });
}

bool says_normalisation(const ArrayName& name) {
  return name.has_text({"norm", "batch_norm", "batchnorm"}) ||
         name.has_word({"ln", "lnx", "lnh", "lnc", "bn", "gn", "gamma", "beta"});
}

bool says_feed_forward(const ArrayName& name, std::size_t first, std::size_t last) {
  return name.has_word(
      {"fc",         "dense",       "linear",     "lin",   "proj",      "projection", "mlp",  "ffn",
       "ff",         "feedforward", "attn",       "att",   "attention", "embed",      "emb",  "embedding",
       "embeddings", "head",        "classifier", "out",   "output",    "conv",       "norm", "readout",
       "logits",     "vocab",       "policy",     "value", "action",    "pos"},
      first, last);
}

bool says_optimizer(const ArrayName& name) {
  static constexpr std::string_view slots[] = {
      "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg", "acc_delta", "grad_avg", "adam",
      "adam_1",  "momentum",   "rmsprop",        "rmsprop_1",       "adagrad",    "ftrl",      "adadelta"};
  static constexpr std::string_view homes[] = {
      "optimizer",        "optimizers",        "optim",     "optimizer_state", "optimizer_state_dict",
      "optimizer_states", "optimizer_weights", "opt_state", "optimizer_g",     "optimizer_d"};
  const auto in = [](const std::string& text, auto& list) {
    return std::find(std::begin(list), std::end(list), text) != std::end(list);
  };
  return in(name.leaf(), slots) || in(name.parts().front(), homes);
}

}  // namespace unrecur
