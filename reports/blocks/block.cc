#include "reports/blocks/block.h"

namespace unrecur::reports {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::reproduced:
      return "reproduced";
    case Outcome::same_direction:
      return "same direction";
    case Outcome::not_reproduced:
      return "not reproduced";
    case Outcome::not_run:
      break;
  }
  return "not run";
}

}  // namespace unrecur::reports
