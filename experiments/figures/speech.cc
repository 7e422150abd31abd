// The next sample of raw speech: WaveNet and an LSTM of equal size, and how they go on by themselves.
#include <string>

#include "base/base64.h"
#include "experiments/rivals/generated.h"
#include "experiments/rivals/rival.h"
#include "experiments/rivals/speech.h"

namespace unrecur {
namespace {

Findings run_speech(const JobContext& job) {
  return run_rival_and(job, [&](const SequenceModel<float>& model, Findings& findings) {
    std::string values;
    for (const int value : generated_symbols(model, companded(0), kGeneratedSamples, job.seed)) {
      values += static_cast<char>(value);
    }
    findings.notes[kGeneratedNote] = base64(values);
  });
}

}  // namespace

namespace registry::figures {

extern const Experiment speech;
const Experiment speech{"speech", "Raw speech: WaveNet and recurrent models, at equal parameters", 1, &run_speech,
                        &check_rival};

}  // namespace registry::figures

}  // namespace unrecur
