#include "experiments/tasks/slots.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/measures/slot_score.h"
#include "experiments/workload/unknown_words.h"
#include "tests/models/random_model.h"
#include "tests/support/real_data.h"

namespace unrecur {
namespace {

using Symbols = std::vector<int>;

/// Training words in order: from boston at DIGIT to denver san diego; the validation utterance has none of its own.
Atis small_data() {
  return {.train = {{{"from", "boston", "at", "7"}, {"O", "B-from", "O", "B-time"}},
                    {{"to", "denver", "at", "9"}, {"O", "B-to", "O", "B-time"}},
                    {{"to", "san", "diego"}, {"O", "B-to", "I-to"}},
                    {{"to", "paris"}, {"O", "B-to"}}},
          .test = {{{"from", "oslo", "at", "10"}, {"O", "B-from", "O", "I-zone"}}}};
}

TEST(SlotTask, NumbersWordsOfTheTrainingPartAndLabelsOfAll) {
  const SlotTask slots = make_slot_task(small_data(), {.validation = 1});
  const Task& task = slots.task;
  EXPECT_EQ(task.name, "atis");
  EXPECT_EQ(task.train.size(), 3U);
  EXPECT_EQ(task.input_size, 10);  // <unk> <pad> from boston at DIGIT to denver san diego
  EXPECT_EQ(slots.words.word(5), "DIGIT");
  EXPECT_EQ(slots.words.find("paris"), -1);
  EXPECT_EQ(slots.labels.names(), (std::vector<std::string>{"B-from", "B-time", "B-to", "I-to", "I-zone", "O"}));
  EXPECT_EQ(task.target_size, 6);
  EXPECT_EQ(task.train[0].symbols, (Symbols{2, 3, 4, 5}));
  EXPECT_EQ(task.train[0].target_symbols, (Symbols{5, 0, 5, 1}));
  EXPECT_EQ(task.valid[0].symbols, (Symbols{6, SlotTask::unknown}));
  EXPECT_EQ(task.test[0].symbols, (Symbols{2, 0, 4, 0}));  // DIGITDIGIT is another word than DIGIT
  EXPECT_EQ(task.test[0].target_symbols, (Symbols{5, 0, 5, 4}));
  EXPECT_EQ(slots.seen_once, (std::vector<bool>{false, false, true, true, false, false, false, true, true, true}));
}

TEST(SlotTask, DigitsStayWhereTheyAreNotMasked) {
  const SlotTask slots = make_slot_task(small_data(), {.mask_digits = false, .validation = 1});
  EXPECT_EQ(slots.words.word(5), "7");
  EXPECT_GE(slots.words.find("9"), 0);
  EXPECT_TRUE(slots.seen_once[5]);
}

TEST(SlotTask, ContextIsPaddedAtTheEnds) {
  EXPECT_EQ(context_windows(Symbols{5, 6, 7}, 1, 1), (Symbols{1, 5, 6, 5, 6, 7, 6, 7, 1}));
  EXPECT_EQ(context_windows(Symbols{5}, 2, 1), (Symbols{1, 1, 5, 1, 1}));
  EXPECT_EQ(context_windows(Symbols{5, 6}, 0, 1), (Symbols{5, 6}));
  const SlotTask slots = make_slot_task(small_data(), {.context = 1, .validation = 1});
  EXPECT_EQ(slots.task.window, 3);
  EXPECT_EQ(slots.task.valid[0].symbols, (Symbols{1, 6, 0, 6, 0, 1}));
}

TEST(SlotTask, EmptyPartsAreRefused) {
  EXPECT_THROW(make_slot_task(small_data(), {.validation = 4}), UsageError);
  EXPECT_THROW(make_slot_task(small_data(), {.validation = 0}), UsageError);
  EXPECT_THROW(make_slot_task(small_data(), {.context = -1, .validation = 1}), UsageError);
  Atis no_test = small_data();
  no_test.test.clear();
  EXPECT_THROW(make_slot_task(no_test, {.validation = 1}), UsageError);
}

/// Many utterances of one word seen once each between two words that are common.
SlotTask rare_words(Index context) {
  Atis data;
  for (int i = 0; i < 400; ++i) data.train.push_back({{"to", "w" + std::to_string(i), "at"}, {"O", "B-to", "O"}});
  data.test = {data.train.front()};
  return make_slot_task(data, {.mask_digits = false, .context = context, .validation = 1});
}

/// What epoch reads, one batch after another.
Symbols all_symbols(const BatchSource& source, Index epoch) {
  Symbols all;
  for (Index step = 0; step < source.steps_per_epoch(); ++step) {
    const Batch<float> batch = source.batch(epoch, step);
    all.insert(all.end(), batch.symbols.begin(), batch.symbols.end());
  }
  return all;
}

TEST(UnknownWords, HalfOfTheWordsSeenOnceAndNoOthers) {
  const SlotTask slots = rare_words(0);
  const UnknownWords source(slots, 1, 5);
  const Symbols read = all_symbols(source, 0);
  ASSERT_EQ(read.size(), 3U * 399U);
  int unknown = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i] != SlotTask::unknown) continue;
    EXPECT_EQ(i % 3, 1U);
    ++unknown;
  }
  EXPECT_NEAR(unknown, 399 / 2, 40);  // four standard deviations
  EXPECT_NE(all_symbols(source, 1), read);
}

TEST(UnknownWords, AtRateZeroTheSequencesAreAsTheyWere) {
  const SlotTask slots = rare_words(1);
  const UnknownWords none(slots, 7, 5, 0.0), all(slots, 7, 5, 1.0);
  const ShuffledSequences plain(slots.task.train, 7, 5, slots.task.window);
  EXPECT_EQ(all_symbols(none, 3), all_symbols(plain, 3));
  int rare = 0;
  for (const int symbol : all_symbols(all, 3)) rare += slots.seen_once[static_cast<std::size_t>(symbol)] ? 1 : 0;
  EXPECT_EQ(rare, 0);
}

TEST(UnknownWords, TheWindowsOfAWordAgree) {
  const SlotTask slots = rare_words(1);
  const UnknownWords source(slots, 1, 5);
  int unknown = 0;
  for (Index step = 0; step < source.steps_per_epoch(); ++step) {
    const Symbols read = source.batch(0, step).symbols;  // <pad> to w | to w at | w at <pad>
    EXPECT_EQ(read[2], read[4]);
    EXPECT_EQ(read[4], read[6]);
    unknown += read[4] == SlotTask::unknown ? 1 : 0;
  }
  EXPECT_GT(unknown, 0);
}

TEST(UnknownWords, ABatchDependsOnSeedEpochAndStepAlone) {
  const SlotTask slots = rare_words(1);
  const UnknownWords first(slots, 7, 5), resumed(slots, 7, 5), other(slots, 7, 6);
  all_symbols(first, 0);
  const Symbols expected = all_symbols(first, 1);
  for (Index step = first.steps_per_epoch() - 1; step >= 0; --step) {
    EXPECT_EQ(resumed.batch(1, step).symbols, first.batch(1, step).symbols);
    EXPECT_EQ(resumed.batch(1, step).targets.symbols, first.batch(1, step).targets.symbols);
    EXPECT_EQ(resumed.batch(2, step).symbols, first.batch(2, step).symbols);  // moves between epochs do not matter
  }
  EXPECT_NE(all_symbols(other, 1), expected);
}

TEST(UnknownWords, ImpossibleOptionsAreRefused) {
  const SlotTask slots = rare_words(0);
  EXPECT_THROW(UnknownWords(slots, 0, 1), UsageError);
  EXPECT_THROW(UnknownWords(slots, 1, 1, 1.5), UsageError);
  EXPECT_THROW(UnknownWords(slots, 1, 1, -0.5), UsageError);
}

/// A model whose label is a function of the word alone: embedding, recurrent input and decoder pass it through.
SequenceModel<float> lookup_model(const SlotTask& slots, const std::vector<std::pair<int, int>>& label_of_word) {
  const Index words = slots.task.input_size;
  SequenceModel<float> model({.symbols = words,
                              .embedding = words,
                              .attributes = {{"activation", "identity"}},
                              .units = words,
                              .outputs = slots.task.target_size,
                              .loss = "softmax"});
  model.encoder().setIdentity();
  for (auto& p : model.cell().parameters()) {
    if (p.name == "weight_ih_l0") p.value.setIdentity();
  }
  for (auto& p : model.decoder().parameters()) {
    if (p.name != "weight") continue;
    for (const auto& [word, label] : label_of_word) p.value(label, word) = 1.0F;
  }
  return model;
}

// Labels: B-from 0, B-time 1, B-to 2, I-to 3, I-zone 4, O 5. Words as in small_data's first test.
TEST(SlotScore, AModelThatLooksUpItsLabels) {
  const SlotTask slots = make_slot_task(small_data(), {.validation = 1});
  const std::vector<std::pair<int, int>> right{{2, 5}, {3, 0}, {4, 5}, {5, 1}, {6, 5}, {7, 2}, {8, 2}, {9, 3}};
  EXPECT_EQ(slot_f1(lookup_model(slots, right), slots.task.train, slots.labels), 100.0);

  auto wrong = right;
  wrong[7].second = 5;  // "diego" outside: one chunk of five ends too early
  EXPECT_DOUBLE_EQ(slot_f1(lookup_model(slots, wrong), slots.task.train, slots.labels), 80.0);
  wrong[1].second = 5;  // and "boston" outside: 3 correct, 4 predicted, 5 actual
  const auto batches = evaluation_batches(slots.task.train, 2);
  const ChunkScore score = score_slots(lookup_model(slots, wrong), batches, slots.labels);
  EXPECT_EQ(score.all().correct, 3);
  EXPECT_EQ(score.all().predicted, 4);
  EXPECT_EQ(score.all().actual, 5);
}

TEST(SlotScore, TheModelMustKnowTheLabels) {
  const SlotTask slots = make_slot_task(small_data(), {.validation = 1});
  const ChunkLabels fewer({"O", "B-x"});
  EXPECT_THROW(slot_f1(lookup_model(slots, {}), slots.task.train, fewer), UsageError);
}

TEST(SlotTask, PublishedAtis) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  const Atis atis = read_atis(DataSource(*data));
  const SlotTask plain = make_slot_task(atis, {.mask_digits = false});
  EXPECT_EQ(plain.labels.size(), 127U);
  EXPECT_EQ(plain.task.train.size(), 4478U);
  EXPECT_EQ(plain.task.valid.size(), 500U);
  EXPECT_EQ(plain.task.test.size(), 893U);
  const SlotTask masked = make_slot_task(atis, {.context = 3});
  EXPECT_EQ(masked.task.window, 7);
  EXPECT_LT(masked.task.input_size, plain.task.input_size);

  SequenceModel<float> model(
      {.symbols = masked.task.input_size, .embedding = 5, .window = 7, .units = 8, .outputs = 127, .loss = "softmax"});
  std::mt19937_64 engine(1);
  testing::fill(model.encoder(), engine, 1.0);
  testing::randomise(model.cell().parameters(), engine, 1.0);
  testing::randomise(model.decoder().parameters(), engine, 1.0);
  const auto batches = evaluation_batches(masked.task.test, 64, masked.task.window);
  const ChunkScore score = score_slots(model, batches, masked.labels);
  EXPECT_EQ(score.all().actual, 2837);
  EXPECT_LT(score.all().f1(), 10.0);  // random weights
}

}  // namespace
}  // namespace unrecur
