#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports::rivals {

/// A model's name in a result: tcn, lstm, …
std::string model_of(const Variant& variant);

/// Whether the model sees a fixed number of inputs by construction: its results state a receptive field.
bool is_feedforward(const Variant& variant);

/// The variant of a task with that model; with an order, the one that is trained to see so many inputs. Null if none.
const Variant* find_model(const std::vector<const Variant*>& variants, const std::string& model,
                          const std::string& order = {});

/// A row for every variant: parameters, receptive field, measure, accuracy, epochs and minutes of training.
Table race_table(const std::string& experiment, const std::vector<Variant>& variants);

/// On each of the tasks: the mean of `metric` of the convolutional model is at most `most` times that of the best
/// recurrent one, which its validation measure chooses, over the seeds that both have. Open while a task lacks one.
ClaimOutcome matches_recurrent(const std::vector<Variant>& variants, const std::vector<std::string>& tasks,
                               double most);

/// Claims, table and learning curves.
SectionContent render_race(const SectionInput& input, const char* words,
                           const std::map<std::string, ClaimOutcome>& outcomes);

}  // namespace unrecur::reports::rivals
