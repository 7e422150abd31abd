#include "theory/verify/arb/scans/scan.h"

#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

#include "theory/verify/arb/gates.h"
#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {
namespace {

using Balls = std::vector<Ball>;

/// One layer with its weights and the sizes that follow from them.
struct ScanLayer {
  Scan scan;
  Parameters<double> weights;
  const Matrix<double>*u = nullptr, *bias = nullptr;
  std::size_t inputs = 0, units = 0, blocks = 0, stored = 0;
  bool separate = false, projected = false;

  std::size_t states() const { return stored + (separate ? 2 : 1) * units; }
  std::size_t intake() const { return 2; }
  std::size_t outlet() const { return scan.intake == Scan::Intake::coupled ? 2 : 3; }
};

/// The layer, where its shapes fit what its attributes say.
std::optional<ScanLayer> read_layer(const Layer& layer) {
  const KindProof* proof = find_kind_proof(layer.kind);
  if (proof == nullptr || proof->scan == nullptr) return std::nullopt;
  const std::optional<Scan> scan = proof->scan(layer);
  if (!scan) return std::nullopt;
  ScanLayer read{.scan = *scan, .weights = *layer.weights};
  read.u = find_parameter(read.weights, "weight_ih_l0");
  read.bias = find_parameter(read.weights, "bias_ih_l0");
  const Matrix<double>* recurrent = find_parameter(read.weights, "weight_hh_l0");
  if (read.u == nullptr || read.bias == nullptr || recurrent == nullptr) return std::nullopt;
  read.units = static_cast<std::size_t>(recurrent->cols());
  const auto columns = static_cast<std::size_t>(read.u->cols());
  if (read.units == 0 || recurrent->rows() != 0 || columns == 0 || columns % scan->window != 0) return std::nullopt;
  read.inputs = columns / scan->window;
  read.stored = columns - read.inputs;
  read.separate = scan->outlet != Scan::Outlet::state;
  read.projected = scan->outlet == Scan::Outlet::highway && read.inputs != read.units;
  read.blocks =
      2 + (scan->intake == Scan::Intake::coupled ? 0 : 1) + (read.separate ? 1 : 0) + (read.projected ? 1 : 0);
  const auto rows = static_cast<Index>(read.blocks * read.units);
  if (read.u->rows() != rows || read.bias->rows() != rows || read.bias->cols() != 1) return std::nullopt;
  return read;
}

/// What a layer reads: the model's inputs (where it does), then outputs below it, which are at most `reach`.
struct Reads {
  bool external = false;
  std::size_t external_rows = 0;
  Balls reach{};
};

/// Proves one layer of a chain.
class LayerProof {
 public:
  LayerProof(const ScanLayer& layer, const Claim& claim, std::size_t first, const Reads& reads, const Balls& apart)
      : layer_(layer), claim_(claim), first_(first), reads_(reads), apart_(apart) {}

  /// Appends |Δs'| of the layer to `changes`; what fails, where something does.
  std::string run(Balls& changes) {
    if (std::string wrong = find_inputs(); !wrong.empty()) return wrong;
    if (!claim_.limits.empty()) {
      if (std::string wrong = stored_inputs(); !wrong.empty()) return wrong;
    } else if (layer_.scan.window > 1 || !apart_.empty()) {
      return "no limits of the states are claimed";
    }
    drives();
    moves();
    for (std::size_t i = 0; i < layer_.stored; ++i) {
      changes.push_back(i < layer_.inputs ? input_apart(i) : weight_of(i - layer_.inputs));
    }
    Balls memory, hidden;
    for (std::size_t j = 0; j < layer_.units; ++j) {
      if (std::string wrong = unit(j, memory, hidden); !wrong.empty()) return wrong + " of unit " + std::to_string(j);
    }
    changes.insert(changes.end(), memory.begin(), memory.end());
    changes.insert(changes.end(), hidden.begin(), hidden.end());
    outputs_ = layer_.separate ? hidden : memory;
    return {};
  }

  /// |Δh'|, after run.
  const Balls& outputs() const { return outputs_; }

 private:
  Ball weight_of(std::size_t row) const { return weight(claim_, static_cast<Index>(first_ + row)); }
  Ball limit_of(std::size_t row) const { return limit(claim_, static_cast<Index>(first_ + row)); }
  Ball input_apart(std::size_t i) const { return apart_.empty() ? Ball(0.0) : apart_[i]; }
  double u(std::size_t row, std::size_t column) const {
    return (*layer_.u)(static_cast<Index>(row), static_cast<Index>(column));
  }

  /// Largest sizes of the newest inputs; every double where the claim is about all inputs.
  std::string find_inputs() {
    const Inputs& set = claim_.inputs;
    if (reads_.external) {
      const std::size_t rows = reads_.external_rows;
      anything_ = set.columns.size() == 0 && set.low.size() == 0;
      const auto column_rows = static_cast<std::size_t>(set.columns.rows());
      const bool fits =
          anything_ || (set.columns.size() > 0 ? column_rows * static_cast<std::size_t>(set.window) == rows
                                               : static_cast<std::size_t>(set.low.size()) == rows &&
                                                     static_cast<std::size_t>(set.high.size()) == rows);
      if (!fits) return "the claim's inputs do not fit the layer";
      for (std::size_t i = 0; i < rows; ++i) {
        const auto at = static_cast<Index>(i);
        if (anything_) {
          newest_.emplace_back(std::numeric_limits<double>::max());
        } else if (set.columns.size() > 0) {
          newest_.emplace_back(set.columns.row(at % set.columns.rows()).cwiseAbs().maxCoeff());
        } else {
          newest_.push_back(max(abs(Ball(set.low(at))), abs(Ball(set.high(at)))));
        }
      }
    }
    newest_.insert(newest_.end(), reads_.reach.begin(), reads_.reach.end());
    return newest_.size() == layer_.inputs ? "" : "the layer does not fit those below it";
  }

  /// Stored inputs are within the claimed limits, and stay there on their way back.
  std::string stored_inputs() {
    for (std::size_t i = 0; i < layer_.stored; ++i) {
      const bool kept = i < layer_.inputs ? surely_at_most(newest_[i], limit_of(i))
                                          : surely_at_most(limit_of(i - layer_.inputs), limit_of(i));
      if (!kept) return "the limit of a stored input is not kept";
    }
    return {};
  }

  /// Where each row of the drive can lie; nothing where inputs without a bound reach it.
  void drives() {
    const std::size_t rows = layer_.blocks * layer_.units;
    std::vector<Range> sums(rows);
    if (reads_.external && !anything_) {
      sums = input_ranges(layer_.u->leftCols(static_cast<Index>(reads_.external_rows)), claim_.inputs);
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const Ball shift((*layer_.bias)(static_cast<Index>(row), 0));
      bool open = false;
      Ball reach;
      for (std::size_t i = 0; i < layer_.inputs + layer_.stored; ++i) {
        const double w = u(row, i);
        if (w == 0.0) continue;
        const bool unbounded = anything_ && i % layer_.inputs < reads_.external_rows;
        open = open || unbounded;
        if (unbounded || i < reads_.external_rows) continue;
        reach += abs(Ball(w)) * (i < layer_.inputs ? newest_[i] : limit_of(i - layer_.inputs));
      }
      const Range range = widened({sums[row].low + shift, sums[row].high + shift}, reach);
      drives_.push_back(open ? std::nullopt : std::optional(range));
    }
  }

  /// How far each row of the drive moves.
  void moves() {
    for (std::size_t row = 0; row < layer_.blocks * layer_.units; ++row) {
      Ball sum;
      for (std::size_t i = 0; i < layer_.inputs + layer_.stored; ++i) {
        const double w = u(row, i);
        if (w == 0.0) continue;
        if (i >= layer_.inputs) {
          sum += abs(Ball(w)) * weight_of(i - layer_.inputs);
        } else if (!apart_.empty()) {
          sum += abs(Ball(w)) * apart_[i];
        }
      }
      moved_.push_back(sum);
    }
  }

  const std::optional<Range>& drive(std::size_t block, std::size_t j) const {
    return drives_[block * layer_.units + j];
  }
  const Ball& moved(std::size_t block, std::size_t j) const { return moved_[block * layer_.units + j]; }
  Ball gate_up(std::size_t block, std::size_t j) const {
    return drive(block, j) ? largest_sigmoid(*drive(block, j)) : Ball(1.0);
  }
  /// 1 − σ at its largest.
  Ball gate_left(std::size_t block, std::size_t j) const {
    if (!drive(block, j)) return {1.0};
    return largest_sigmoid({-drive(block, j)->high, -drive(block, j)->low});
  }
  Ball gate_slope(std::size_t block, std::size_t j) const {
    return drive(block, j) ? largest_sigmoid_slope(*drive(block, j)) : Ball(0.25);
  }

  /// c and h of one unit: their limits are kept, and how far they move.
  std::string unit(std::size_t j, Balls& memory, Balls& hidden) {
    const std::size_t c = layer_.stored + j, h = c + layer_.units;
    const Ball cap(layer_.scan.cap);
    const bool limited = !claim_.limits.empty();
    const auto& a_z = drive(0, j);
    const bool tanh = layer_.scan.tanh_candidate;
    if (!tanh && !a_z && limited) return "nothing bounds the candidate";
    const Ball z = tanh ? (a_z ? largest_tanh(*a_z) : Ball(1.0)) : a_z ? max(abs(a_z->low), abs(a_z->high)) : Ball(0.0);
    const Ball z_slope = tanh && a_z ? largest_tanh_slope(*a_z) : Ball(1.0);
    const Ball c_limit = limited ? limit_of(c) : Ball(0.0);
    Ball kept, push;
    if (layer_.scan.intake == Scan::Intake::gated) {
      const Ball i = gate_up(layer_.intake(), j);
      kept = cap * gate_up(1, j);
      if (limited && !surely_at_most(kept * c_limit + i * z, c_limit)) return "the limit of c is not kept";
      push = cap * gate_slope(1, j) * c_limit * moved(1, j) + gate_slope(layer_.intake(), j) * z * moved(2, j) +
             i * z_slope * moved(0, j);
    } else {
      // c' lies between c and z.
      if (limited && !surely_at_most(z, c_limit)) return "the limit of c is not kept";
      if (layer_.scan.intake == Scan::Intake::coupled) {
        kept = cap * gate_up(1, j);
        push = cap * gate_slope(1, j) * (c_limit + z) * moved(1, j) +
               (Ball(1.0) - cap + cap * gate_left(1, j)) * z_slope * moved(0, j);
      } else {
        std::tie(kept, push) = shared(j, c_limit + z, z_slope);
      }
    }
    const Ball cell = kept * weight_of(c) + push;
    memory.push_back(cell);
    if (!layer_.separate) return {};
    return outlet(j, h, cell, c_limit, limited, hidden);
  }

  /// f = κ s, s = σ(a_f)/(σ(a_f) + σ(a_i)) = σ(d), d = ln σ(a_f) − ln σ(a_i): sup f, and how far c' moves by the gates.
  std::pair<Ball, Ball> shared(std::size_t j, const Ball& apart, const Ball& z_slope) const {
    const Ball cap(layer_.scan.cap);
    const auto &f = drive(1, j), &i = drive(2, j);
    Ball most(1.0), taken(1.0), spread(0.25);
    if (f && i) {
      const Ball f_up = sigmoid(f->high), f_low = sigmoid(f->low), i_up = sigmoid(i->high), i_low = sigmoid(i->low);
      const Ball high = f_up / (f_up + i_low), left = i_up / (i_up + f_low);
      if (surely_below(high, 1.0)) most = high;
      if (surely_below(left, 1.0)) taken = left;
      if (surely_below(high, 0.5)) spread = high * (Ball(1.0) - high);
      if (surely_below(left, 0.5)) spread = left * (Ball(1.0) - left);
    }
    const Ball odds = gate_left(1, j) * moved(1, j) + gate_left(2, j) * moved(2, j);
    return {cap * most, cap * spread * apart * odds + (Ball(1.0) - cap + cap * taken) * z_slope * moved(0, j)};
  }

  std::string outlet(std::size_t j, std::size_t h, const Ball& cell, const Ball& c_limit, bool limited, Balls& hidden) {
    const std::size_t block = layer_.outlet();
    const Ball o = gate_up(block, j);
    if (layer_.scan.outlet == Scan::Outlet::gated) {
      if (limited && !surely_at_most(o * c_limit, limit_of(h))) return "the limit of h is not kept";
      hidden.push_back(o * cell + gate_slope(block, j) * c_limit * moved(block, j));
      return {};
    }
    const Ball shown = layer_.scan.tanh_squash ? tanh(c_limit) : c_limit;
    Ball carried = newest_[j % layer_.inputs], moves = input_apart(j % layer_.inputs);
    if (layer_.projected) {
      const auto& a_x = drive(block + 1, j);
      if (!a_x && limited) return "nothing bounds what is carried";
      carried = a_x ? max(abs(a_x->low), abs(a_x->high)) : Ball(0.0);
      moves = moved(block + 1, j);
    }
    // h' lies between g(c') and what is carried.
    if (limited && !surely_at_most(max(shown, carried), limit_of(h))) return "the limit of h is not kept";
    hidden.push_back(o * cell + gate_slope(block, j) * (shown + carried) * moved(block, j) +
                     gate_left(block, j) * moves);
    return {};
  }

  const ScanLayer& layer_;
  const Claim& claim_;
  std::size_t first_;
  const Reads& reads_;
  const Balls& apart_;
  bool anything_ = false;
  Balls newest_, moved_, outputs_;
  std::vector<std::optional<Range>> drives_;
};

/// What layer k reads of numbers of the outputs below; `external` zeros stand for those of x.
Balls read_below(const std::string& skip, std::size_t k, const std::vector<Balls>& outputs, std::size_t external) {
  if (skip == "dense") {
    Balls all(external, Ball(0.0));
    for (std::size_t j = 0; j < k; ++j) all.insert(all.end(), outputs[j].begin(), outputs[j].end());
    return all;
  }
  Balls all = outputs[k - 1];
  for (std::size_t j = 0; skip == "residual" && j + 1 < k; ++j) {
    for (std::size_t i = 0; i < all.size() && i < outputs[j].size(); ++i) all[i] += outputs[j][i];
  }
  return all;
}

Changes changes_of_chain(const std::vector<ScanLayer>& layers, const std::string& skip, const Claim& claim) {
  Changes changes;
  const std::size_t m = layers.front().inputs;
  std::vector<Balls> limits, moved;
  std::size_t first = 0;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const ScanLayer& layer = layers[k];
    Reads reads{.external = k == 0 || skip == "dense", .external_rows = k == 0 || skip == "dense" ? m : 0};
    Balls apart;
    if (k > 0) {
      if (claim.limits.empty()) return {{}, "a stack contracts within limits of the states, and none are claimed"};
      reads.reach = read_below(skip, k, limits, 0);
      apart = read_below(skip, k, moved, m);
    }
    if (reads.external_rows + reads.reach.size() != layer.inputs) {
      return {{}, "layer " + std::to_string(k) + " does not fit those below it"};
    }
    LayerProof proof(layer, claim, first, reads, apart);
    if (const std::string wrong = proof.run(changes.of_state); !wrong.empty()) {
      return {{}, layers.size() > 1 ? "layer " + std::to_string(k) + ": " + wrong : wrong};
    }
    first += layer.states();
    moved.push_back(proof.outputs());
    Balls outputs;
    for (std::size_t j = first - layer.units; j < first && !claim.limits.empty(); ++j) {
      outputs.push_back(limit(claim, static_cast<Index>(j)));
    }
    limits.push_back(std::move(outputs));
  }
  return changes;
}

}  // namespace

std::string attribute_or(const Layer& layer, const char* name, const char* fallback) {
  const auto found = layer.attributes.find(name);
  return found == layer.attributes.end() ? fallback : found->second;
}

std::optional<Scan> read_scan(const Layer& layer, const char* window) {
  const std::string w = attribute_or(layer, "window", window), k = attribute_or(layer, "cap", "1");
  Scan scan;
  const auto read_window = std::from_chars(w.data(), w.data() + w.size(), scan.window);
  const auto read_cap = std::from_chars(k.data(), k.data() + k.size(), scan.cap);
  const bool whole = read_window.ec == std::errc() && read_window.ptr == w.data() + w.size() &&
                     read_cap.ec == std::errc() && read_cap.ptr == k.data() + k.size();
  return whole && scan.window >= 1 && scan.cap > 0.0 && scan.cap <= 1.0 ? std::optional(scan) : std::nullopt;
}

Changes changes_of_scan(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  if (!inputs_apart.empty()) return {{}, "no proof here of this kind above layers of another"};
  auto read = read_layer(layer);
  if (!read) return {{}, "the weights do not have the shapes of what the attributes say"};
  if (!claim.limits.empty() && claim.limits.size() != read->states()) return {{}, "the limits do not fit the state"};
  std::vector<ScanLayer> layers;
  layers.push_back(std::move(*read));
  return changes_of_chain(layers, "none", claim);
}

Changes changes_of_scans(const Layer& stack, const Claim& claim) {
  const std::string skip = attribute_or(stack, "skip", "none");
  if (skip != "none" && skip != "residual" && skip != "dense") return {{}, "unknown skip connections"};
  std::vector<ScanLayer> layers;
  layers.reserve(layers_of(stack));
  std::size_t states = 0;
  for (std::size_t k = 0; k < layers_of(stack); ++k) {
    const Parameters<double> weights = weights_of_layer(*stack.weights, k);
    auto read = read_layer({kind_of_layers(stack), attributes_of_layer(stack, k), &weights});
    if (!read) return {{}, "layer " + std::to_string(k) + ": the weights do not have the shapes of its attributes"};
    states += read->states();
    layers.push_back(std::move(*read));
  }
  if (layers.empty() || (!claim.limits.empty() && claim.limits.size() != states)) {
    return {{}, "the limits do not fit the state"};
  }
  return changes_of_chain(layers, skip, claim);
}

std::size_t states_of_scan(const Layer& layer) {
  const auto read = read_layer(layer);
  return read ? read->states() : 0;
}

}  // namespace unrecur::verify
