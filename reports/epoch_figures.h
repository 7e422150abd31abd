#pragma once

#include <string>
#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports {

/// Place in the palette of an arm among those that are drawn together: the unconstrained one vermilion, the first
/// stable one blue, further ones in the palette's order.
int arm_colour(const std::vector<const Arm*>& arms, const Arm& arm);

/// A figure over the epochs of training, in which thin lines are single seeds and strong ones their mean: no curves
/// yet.
Figure epoch_figure(const std::string& id, const std::string& title, const std::string& caption);

/// Adds a series of all arms that have it, a family per arm. Where several series share a figure, `of` tells them apart
/// in the legend ("validation"), and `colour` is the place in the palette of the first arm, or 0 for arm_colour.
void add_epoch_curves(Figure& figure, const std::vector<const Arm*>& arms, const std::string& series,
                      const std::string& of = {}, int colour = 0);

/// The arms by cell, in their order.
std::vector<std::vector<const Arm*>> by_cell(const std::vector<const Arm*>& arms);

/// Validation measure of a task's arms after each epoch, and the rate proved of the stable ones: a figure for every
/// cell. Ids begin with the experiment's name.
std::vector<Figure> learning_figures(const std::string& experiment, const std::vector<const Arm*>& arms);

/// Loss on the training part over the epochs, likewise.
std::vector<Figure> training_figures(const std::string& experiment, const std::vector<const Arm*>& arms);

}  // namespace unrecur::reports
