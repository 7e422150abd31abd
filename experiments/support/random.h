#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Philox4x32 with 10 rounds: a bijection of 128-bit counters for every 64-bit key, whose outputs on 0, 1, 2, … pass
/// for random. Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// A sequence of random 64-bit words w_0, w_1, … given by (seed, name, index) alone.
///
/// The seed is the key of Philox; a 64-bit hash of (name, index) and the number of the word are its counter. So streams
/// of one seed share no counter unless that hash collides, any word can be had without those before it, and what one
/// part of a program draws does not move what another draws, whatever the number of threads and however often it was
/// stopped and resumed. A stream is a value: a copy goes on by itself from where the original stood.
///
/// Words, and uniform and integer numbers made of them, are the same bits on every machine. Normals use the machine's
/// logarithm and cosine.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed, std::string_view name = "", std::uint64_t index = 0);

  /// w_i, wherever the stream stands.
  std::uint64_t at(std::uint64_t i) const;
  /// Number of the next word. seek(position()) of a stored stream resumes it.
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t i) { position_ = i; }

  /// The next word.
  std::uint64_t bits();
  /// The next words, as many as there is room for: what so many calls of bits() return, at a fraction of their cost.
  void fill(std::span<std::uint64_t> words);
  /// Uniform on [0, 1): a multiple of 2⁻⁵³ (double) or 2⁻²⁴ (float). One word.
  double uniform();
  float uniform_float();
  /// Normal with mean 0 and variance 1: √(−2 ln(1 − u)) cos(2πv) of two uniforms (Box and Muller). Two words.
  double normal();
  /// Uniform on 0 … n − 1 without bias: the 2⁶⁴ mod n largest words are passed over. n ≥ 1, UsageError otherwise.
  /// Nearly always one word.
  std::uint64_t below(std::uint64_t n);
  /// True with probability p (never for p ≤ 0, always for p ≥ 1). One word.
  bool bernoulli(double p) { return uniform() < p; }
  /// A position of `weights` with a probability in proportion to it. UsageError unless the weights are finite, not
  /// negative, and their sum is positive. One word.
  std::size_t pick(const std::vector<double>& weights);
  /// 0 … n − 1 in an order drawn uniformly (Fisher and Yates). UsageError for n < 0. Nearly always n − 1 words.
  std::vector<Index> permutation(Index n);

 private:
  std::array<std::uint32_t, 4> block(std::uint64_t number) const;

  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
  std::uint64_t held_ = ~std::uint64_t{0};  ///< number of the block in words_: two words cost one block
  std::array<std::uint32_t, 4> words_{};
};

}  // namespace unrecur
