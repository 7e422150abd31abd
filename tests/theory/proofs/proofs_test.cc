// From a check to a proof and back, without the program around it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/refute.h"
#include "theory/proofs/verify_proof.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::random_cell;

class Proofs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "this build has no Arb";
  }

  static RecurrentLayer layer_of(std::shared_ptr<const Cell<double>> cell, const std::string& name = "rnn") {
    RecurrentLayer layer;
    layer.name = name;
    layer.cell = cell->kind();
    layer.attributes = cell->attributes();
    layer.state_size = cell->shape().state;
    layer.whole = std::move(cell);
    return layer;
  }

  Proof stored(const Proof& proof) const {
    const auto path = folder_.path() / "proof.json";
    if (const auto* certificate = std::get_if<CertificateFile>(&proof)) write_certificate(path, *certificate);
    if (const auto* refutation = std::get_if<RefutationFile>(&proof)) write_refutation(path, *refutation);
    return read_proof(path);
  }

  std::mt19937_64 engine_{111};
  testing::TemporaryFolder folder_;
  RecurrentModel model_{};
};

// check had said 76 steps where its certificate proved 89: the one knew a ball that holds the states, the other a box.
TEST_F(Proofs, PromiseTheContextThatTheCheckSays) {
  const std::vector<testing::CellCase> cases{{"linear", {}},
                                             {"elman", {{"activation", "relu"}}},
                                             {"elman", {{"activation", "tanh"}}},
                                             {"elman", {{"activation", "sigmoid"}}},
                                             {"elman", {{"activation", "relu"}, {"leak", "0.4"}}},
                                             {"lstm", {}},
                                             {"gru", {{"reset", "after"}}},
                                             {"gru", {{"reset", "before"}}}};
  int contexts = 0;
  for (const auto& c : cases) {
    for (int trial = 0; trial < 12; ++trial) {
      const auto layer = layer_of(random_cell<double>(c, 2, 2 + trial % 4, engine_, 0.1 + 0.05 * (trial % 3)));
      const InputSet inputs = trial % 4 == 0 ? InputSet::anything() : InputSet::box(0.1 * (1 + trial));
      const LayerReport report =
          check(layer, {.epsilon = trial % 2 == 0 ? 1e-3 : 1e-6, .inputs = inputs, .explain = false});
      if (report.verdict != Verdict::proved) continue;
      const CertificateFile certificate = certify(model_, layer, report);
      ASSERT_EQ(certificate.claim.context.has_value(), report.context.has_value()) << c.kind << " " << trial;
      if (report.context) {
        EXPECT_EQ(certificate.claim.context->steps, report.context->steps) << c.kind << " " << trial;
      }
      contexts += report.context ? 1 : 0;
      const VerifiedProof verified = verify_proof(stored(certificate), model_, layer);
      EXPECT_EQ(verified.verdict, Verdict::proved) << verified.reason;
    }
  }
  EXPECT_GT(contexts, 50);
}

TEST_F(Proofs, ARadiusThatIsTooSmallIsNotProved) {
  const auto cell = random_cell<double>({"elman", {{"activation", "relu"}}}, 2, 3, engine_, 0.15);
  const auto layer = layer_of(cell->clone());
  const LayerReport report = check(layer, {.inputs = InputSet::box(1.0)});
  CertificateFile certificate = certify(model_, layer, report);
  ASSERT_TRUE(certificate.claim.context && certificate.claim.context->radius) << "relu bounds no states";
  double& radius = *certificate.claim.context->radius;
  const double claimed = radius;
  radius = claimed * (1.0 - 1e-8);
  EXPECT_EQ(verify_proof(certificate, model_, layer).verdict, Verdict::undecided);
  radius = -claimed;
  EXPECT_EQ(verify_proof(certificate, model_, layer).verdict, Verdict::undecided);
  radius = claimed;
  EXPECT_EQ(verify_proof(certificate, model_, layer).verdict, Verdict::proved);
  certificate.claim.inputs.high *= 1.5;
  EXPECT_EQ(verify_proof(certificate, model_, layer).verdict, Verdict::undecided) << "larger inputs";
  certificate.claim.inputs = {};
  EXPECT_EQ(verify_proof(certificate, model_, layer).verdict, Verdict::undecided) << "inputs without bounds";
}

// A true claim with a rate of 1 or more shows nothing of forgetting.
TEST_F(Proofs, ARateOfOneOrMoreDecidesNothing) {
  const auto layer = layer_of(random_cell<double>({"elman", {{"activation", "tanh"}}}, 2, 3, engine_, 0.1));
  CertificateFile certificate = certify(model_, layer, check(layer));
  certificate.claim.context.reset();
  for (const double rate : {1.0, 1e6}) {
    certificate.claim.rate = rate;
    const VerifiedProof verified = verify_proof(certificate, model_, layer);
    EXPECT_EQ(verified.verdict, Verdict::undecided) << rate;
    EXPECT_FALSE(std::holds_alternative<std::monostate>(verified.proved)) << "the claim is true";
    EXPECT_NE(verified.reason.find("below 1"), std::string::npos) << verified.reason;
  }
}

TEST_F(Proofs, SentencesAreMadeOfTheClaimAlone) {
  const auto layer = layer_of(random_cell<double>({"elman", {{"activation", "relu"}}}, 2, 3, engine_, 0.1));
  CertificateFile certificate =
      certify(model_, layer, check(layer, {.epsilon = 0.0125, .inputs = InputSet::box(0.75)}));
  certificate.says = certificate.method = certificate.layer.name = "all models forget";
  const std::string sentence = verify_proof(stored(certificate), model_, layer).sentence();
  EXPECT_EQ(sentence.find("all models"), std::string::npos);
  for (const std::string& part : {certificate.claim.norm, std::string("every state"), std::string("|x_i| <= 0.75"),
                                  std::to_string(certificate.claim.context->steps) + " steps", std::string("0.0125")}) {
    EXPECT_NE(sentence.find(part), std::string::npos) << part << " in " << sentence;
  }
}

TEST_F(Proofs, RefutationsComeBack) {
  const auto layer = layer_of(random_cell<double>({"linear", {}}, 2, 4, engine_, 2.0));
  const LayerReport report = check(layer);
  ASSERT_EQ(report.verdict, Verdict::refuted);
  const auto refutation = refute(layer, report);
  ASSERT_TRUE(refutation);
  const VerifiedProof verified = verify_proof(stored(*refutation), model_, layer);
  EXPECT_EQ(verified.verdict, Verdict::refuted) << verified.reason;
  EXPECT_NE(verified.sentence().find("at least"), std::string::npos);
  EXPECT_THROW(certify(model_, layer, report), UsageError);
}

TEST_F(Proofs, OfOtherWeightsAreUndecided) {
  const auto layer = layer_of(random_cell<double>({"elman", {}}, 2, 3, engine_, 0.1));
  const auto other = layer_of(random_cell<double>({"elman", {}}, 2, 3, engine_, 0.1));
  const CertificateFile certificate = certify(model_, layer, check(layer));
  const VerifiedProof verified = verify_proof(certificate, model_, other);
  EXPECT_EQ(verified.verdict, Verdict::undecided);
  EXPECT_TRUE(verified.sentence().empty());
  EXPECT_NE(verified.reason.find("other weights"), std::string::npos);
}

// Vectors that only the caller knows cannot be found again by whoever verifies.
TEST_F(Proofs, NameTheTensorOfAVocabulary) {
  const auto layer = layer_of(random_cell<double>({"lstm", {}}, 2, 3, engine_, 0.1));
  const LayerReport report = check(layer, {.inputs = InputSet::columns(Matrix<double>::Ones(2, 2))});
  ASSERT_EQ(report.verdict, Verdict::proved);
  EXPECT_THROW(certify(model_, layer, report), OptionError);
  EXPECT_EQ(certify(model_, layer, report, {.embedding = "emb.weight"}).embedding, "emb.weight");
}

}  // namespace
}  // namespace unrecur
