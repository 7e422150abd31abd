#include "experiments/support/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

std::uint32_t low(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}
std::uint32_t high(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}

/// A bijection of 64-bit words in which every input bit moves about half of the output bits (the finaliser of
/// SplitMix64).
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// FNV-1a of the name, mixed with the index.
std::uint64_t hash(std::string_view name, std::uint64_t index) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return mix(mix(h) + index);
}

std::uint64_t word_of(const std::array<std::uint32_t, 4>& block, std::uint64_t i) {
  const std::size_t first = (i % 2) * 2;
  return std::uint64_t{block[first]} | std::uint64_t{block[first + 1]} << 32;
}

/// Blocks that are computed side by side.
constexpr std::size_t kLanes = 16;

/// Counters of N blocks, entry by entry over the lanes, so that a compiler does several with one instruction. Numbers
/// of 32 bits stand in words of 64, where their products fit.
template <std::size_t N>
struct Counters {
  std::array<std::uint64_t, N> a, b, c, d;
};

/// Philox4x32 with 10 rounds of each.
template <std::size_t N>
void philox(Counters<N>& x, std::uint32_t key, std::uint32_t other) {
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < N; ++i) {
      // Said to be of 32 bits, they are multiplied by the instruction for that: three times as fast.
      const std::uint64_t p = std::uint64_t{low(x.a[i])} * 0xd2511f53U, q = std::uint64_t{low(x.c[i])} * 0xcd9e8d57U;
      x.a[i] = high(q) ^ x.b[i] ^ key;
      x.b[i] = low(q);
      x.c[i] = high(p) ^ x.d[i] ^ other;
      x.d[i] = low(p);
    }
    key += 0x9e3779b9U;
    other += 0xbb67ae85U;
  }
}

/// The words of blocks number … number + kLanes − 1.
void words_of_lanes(std::uint64_t number, std::uint64_t stream, std::uint64_t seed, std::uint64_t* words) {
  Counters<kLanes> x{};
  for (std::size_t i = 0; i < kLanes; ++i) {
    x.a[i] = low(number + i);
    x.b[i] = high(number + i);
    x.c[i] = low(stream);
    x.d[i] = high(stream);
  }
  philox(x, low(seed), high(seed));
  for (std::size_t i = 0; i < kLanes; ++i) {
    words[2 * i] = x.a[i] | x.b[i] << 32;
    words[2 * i + 1] = x.c[i] | x.d[i] << 32;
  }
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  Counters<1> x{{counter[0]}, {counter[1]}, {counter[2]}, {counter[3]}};
  philox(x, key[0], key[1]);
  return {low(x.a[0]), low(x.b[0]), low(x.c[0]), low(x.d[0])};
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index)
    : seed_(seed), stream_(hash(name, index)) {}

std::array<std::uint32_t, 4> RandomStream::block(std::uint64_t number) const {
  return philox4x32({low(number), high(number), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
}

std::uint64_t RandomStream::at(std::uint64_t i) const {
  return word_of(block(i / 2), i);
}

std::uint64_t RandomStream::bits() {
  if (held_ != position_ / 2) {
    held_ = position_ / 2;
    words_ = block(held_);
  }
  return word_of(words_, position_++);
}

void RandomStream::fill(std::span<std::uint64_t> words) {
  std::size_t done = 0;
  if (position_ % 2 == 1 && !words.empty()) words[done++] = bits();
  for (; done + 2 * kLanes <= words.size(); done += 2 * kLanes, position_ += 2 * kLanes) {
    words_of_lanes(position_ / 2, stream_, seed_, words.data() + done);
  }
  while (done < words.size()) words[done++] = bits();
}

double RandomStream::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1p-53;
}

float RandomStream::uniform_float() {
  return static_cast<float>(bits() >> 40) * 0x1p-24F;
}

double RandomStream::normal() {
  const double u = uniform();
  const double v = uniform();
  return std::sqrt(-2.0 * std::log1p(-u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::uint64_t RandomStream::below(std::uint64_t n) {
  if (n == 0) throw UsageError("random integer below 0: there is none");
  const std::uint64_t surplus = (0 - n) % n;  // 2⁶⁴ mod n
  const std::uint64_t largest = ~surplus;     // 2⁶⁴ − 1 − surplus, the last word that is used
  std::uint64_t word = bits();
  while (word > largest) word = bits();
  return word % n;
}

std::size_t RandomStream::pick(const std::vector<double>& weights) {
  double sum = 0.0;
  for (const double w : weights) {
    if (!(w >= 0.0)) throw UsageError("random choice: weights must not be negative");
    sum += w;
  }
  if (!(sum > 0.0) || !std::isfinite(sum)) throw UsageError("random choice: the sum of the weights must be positive");
  double left = uniform() * sum;
  std::size_t last = 0;  // taken where rounding leaves a remainder after all of them
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0.0) continue;
    if (left < weights[i]) return i;
    left -= weights[i];
    last = i;
  }
  return last;
}

std::vector<Index> RandomStream::permutation(Index n) {
  if (n < 0) throw UsageError("random permutation of fewer than 0 numbers");
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

}  // namespace unrecur
