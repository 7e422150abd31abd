#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Learning rates of the parts around the layers over the layers' own: a recurrence may bear less than they do, and a
/// rare symbol's vector sees few gradients.
struct StepFactors {
  double embedding = 1.0;
  double decoder = 1.0;
};

/// How far one step goes.
struct StepSize {
  double learning_rate = 0.1;
  double clip = 0.0;  ///< bound on the gradient's Euclidean norm over all weights; 0: none
  StepFactors factors{};
};

/// How weights follow their gradients. Before every rule the gradient is clipped, g ← min(1, c/‖g‖) g, ‖g‖ the
/// Euclidean norm over all weights; η is the learning rate times the factor of the part that a weight belongs to.
class Optimiser {
 public:
  virtual ~Optimiser() = default;
  virtual std::string name() const = 0;

  /// Moves all weights of the model by one step. Returns ‖g‖ before clipping. The model has the same shapes every time.
  double step(SequenceModel<float>& model, const Gradients<float>& gradients, const StepSize& size);

  /// What is carried from step to step; restored from a checkpoint, so that a resumed run ends with the same bits.
  virtual Parameters<float> save() const { return {}; }
  virtual void restore(const Parameters<float>& state) { static_cast<void>(state); }

 protected:
  /// The gradient of weight i as it enters a rule: times `shrink`, for a weight that moves at the rate `rate`.
  struct Move {
    std::size_t i;
    double rate;    ///< η before the factor of the part
    double shrink;  ///< of clipping
    float factor;   ///< of the part
  };
  /// Called once a step, before the weights move.
  virtual void begin_step() {}
  virtual void move(Matrix<float>& weights, const Gradients<float>& gradients, const Move& move) = 0;
};

/// w ← w − η v, v ← μ v + g. Without momentum (μ = 0) only the columns in a sparse gradient are touched; with it the
/// whole embedding moves at every step.
class Sgd : public Optimiser {
 public:
  explicit Sgd(double momentum = 0.0) : momentum_(static_cast<float>(momentum)) {}
  std::string name() const override { return "sgd"; }
  Parameters<float> save() const override { return velocity_; }
  void restore(const Parameters<float>& state) override { velocity_ = state; }

 protected:
  void move(Matrix<float>& weights, const Gradients<float>& gradients, const Move& move) override;

 private:
  float momentum_;
  Parameters<float> velocity_;  ///< empty without momentum
};

/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε) at step t, entry by
/// entry. Symbols that do not occur have the gradient 0, so that the whole embedding moves at every step; that is what
/// a dense gradient does. Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), algorithm 1.
class Adam : public Optimiser {
 public:
  struct Options {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
  };
  explicit Adam(Options options) : options_(options) {}
  std::string name() const override { return "adam"; }
  Parameters<float> save() const override;
  void restore(const Parameters<float>& state) override;

 protected:
  void begin_step() override { ++steps_; }
  void move(Matrix<float>& weights, const Gradients<float>& gradients, const Move& move) override;

 private:
  Options options_;
  Index steps_ = 0;                   ///< t
  Parameters<float> first_, second_;  ///< m, v
};

/// An optimiser as a configuration says it.
struct OptimiserOptions {
  std::string name = "sgd";
  double momentum = 0.0;  ///< of sgd
  Adam::Options adam{};
};

std::vector<std::string> optimiser_names();
/// Throws UsageError that lists the names.
std::unique_ptr<Optimiser> make_optimiser(const OptimiserOptions& options);

}  // namespace unrecur
