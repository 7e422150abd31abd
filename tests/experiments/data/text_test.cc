#include "experiments/data/text.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "tests/support/real_data.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using Symbols = std::vector<int>;

/// The message of the FileError that `action` throws; a failed test and "" where it throws none.
std::string file_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no FileError";
  return "";
}

TextSplit words(std::string_view text) {
  Vocabulary vocabulary;
  return parse_words(text, "words.txt", vocabulary, NewSymbols::join);
}

TextSplit characters(std::string_view text) {
  Vocabulary vocabulary;
  return parse_characters(text, "characters.txt", vocabulary, NewSymbols::join);
}

TEST(Vocabulary, NumbersWordsInOrderOfFirstOccurrence) {
  Vocabulary vocabulary;
  EXPECT_EQ(vocabulary.add("b"), 0);
  EXPECT_EQ(vocabulary.add("a"), 1);
  EXPECT_EQ(vocabulary.add("b"), 0);
  EXPECT_EQ(vocabulary.size(), 2);
  EXPECT_EQ(vocabulary.find("a"), 1);
  EXPECT_EQ(vocabulary.find("c"), -1);
  EXPECT_EQ(vocabulary.word(1), "a");
  const Vocabulary copy = vocabulary;
  vocabulary.add("c");
  EXPECT_EQ(copy.find("a"), 1);
  EXPECT_EQ(copy.find("c"), -1);
}

TEST(ParseWords, EveryLineEndsWithEos) {
  Vocabulary vocabulary;
  const TextSplit split = parse_words(" the cat  saw\tthe <unk> \n \n\ncat\n", "t", vocabulary, NewSymbols::join);
  EXPECT_EQ(split.symbols, (Symbols{0, 1, 2, 0, 3, 4, 4, 4, 1, 4}));
  EXPECT_EQ(split.counts, (TextCounts{.lines = 4, .tokens = 10, .types = 5, .unknown = 1}));
  EXPECT_EQ(vocabulary.word(4), "<eos>");
}

TEST(ParseWords, AMissingLastNewlineAndCarriageReturnsChangeNothing) {
  EXPECT_EQ(words("a b\nc").symbols, words("a b\nc\n").symbols);
  EXPECT_EQ(words("a b\r\nc\r\n").symbols, words("a b\nc\n").symbols);
}

TEST(ParseWords, OtherSplitsReadUnknownWordsAsUnk) {
  Vocabulary vocabulary;
  parse_words("a <unk> b\n", "train", vocabulary, NewSymbols::join);
  const TextSplit split = parse_words("b new a\n", "test", vocabulary, NewSymbols::unknown);
  EXPECT_EQ(split.symbols, (Symbols{2, 1, 0, 3}));
  EXPECT_EQ(split.counts, (TextCounts{.lines = 1, .tokens = 4, .types = 4, .unknown = 1}));
  EXPECT_EQ(vocabulary.size(), 4);
}

TEST(ParseWords, WithoutUnkAnUnknownWordIsAnErrorWithItsLine) {
  Vocabulary vocabulary;
  parse_words("a b\n", "train", vocabulary, NewSymbols::join);
  const std::string message =
      file_error([&] { parse_words("a\nb new\n", "test.txt", vocabulary, NewSymbols::unknown); });
  EXPECT_NE(message.find("test.txt: line 2: "), std::string::npos) << message;
  EXPECT_NE(message.find("'new' found"), std::string::npos) << message;
}

TEST(ParseWords, BytesThatAreNoUtf8PassAsTheyAre) {
  Vocabulary vocabulary;
  const TextSplit split = parse_words("\xff\xfe \xc3\x28 \xff\xfe\n", "t", vocabulary, NewSymbols::join);
  EXPECT_EQ(split.symbols, (Symbols{0, 1, 0, 2}));
  EXPECT_EQ(vocabulary.word(0), "\xff\xfe");
}

TEST(ParseWords, RefusesWhatIsNoText) {
  using namespace std::string_view_literals;
  EXPECT_NE(file_error([] { words(""); }).find("the file is empty"), std::string::npos);
  EXPECT_NE(file_error([] { words("a b\nc \0 d\n"sv); }).find("line 2: text expected, a NUL byte"), std::string::npos);
  EXPECT_NE(file_error([] { words("a\n\nb <eos>\n"); }).find("line 3: words expected, <eos>"), std::string::npos);
}

TEST(ParseCharacters, SymbolsAreTheBytesAtEvenPlaces) {
  Vocabulary vocabulary;
  const TextSplit split = parse_characters("a _ b \n a a \n ", "t", vocabulary, NewSymbols::join);
  EXPECT_EQ(split.symbols, (Symbols{0, 1, 2, 3, 0, 0, 3}));
  EXPECT_EQ(split.counts, (TextCounts{.lines = 2, .tokens = 7, .types = 4, .unknown = 0}));
  EXPECT_EQ(vocabulary.word(3), "\n");
  const TextSplit other = parse_characters("b a ", "t", vocabulary, NewSymbols::unknown);
  EXPECT_EQ(other.symbols, (Symbols{2, 0}));
  EXPECT_EQ(other.counts.types, 2);
}

TEST(ParseCharacters, BytesAbove127AreSymbols) {
  EXPECT_EQ(characters("\xff \x80 \xff ").symbols, (Symbols{0, 1, 0}));
}

TEST(ParseCharacters, RefusesOtherForms) {
  using namespace std::string_view_literals;
  EXPECT_NE(file_error([] { characters(""); }).find("the file is empty"), std::string::npos);
  EXPECT_NE(file_error([] { characters("a b \n c"); }).find("line 2, byte 7: "), std::string::npos);
  EXPECT_NE(file_error([] { characters("a b"); }).find("the end found"), std::string::npos);
  EXPECT_NE(file_error([] { characters("a \n bc"); }).find("line 2, byte 5: a blank after each"), std::string::npos);
  EXPECT_NE(file_error([] { characters("a \n \0 "sv); }).find("line 2, byte 4: text expected"), std::string::npos);
  Vocabulary vocabulary;
  parse_characters("a ", "train", vocabulary, NewSymbols::join);
  const auto unknown = [&](std::string_view text) {
    return file_error([&] { parse_characters(text, "valid", vocabulary, NewSymbols::unknown); });
  };
  EXPECT_NE(unknown("a z ").find("line 1, byte 2: a character of the training split expected, 'z'"), std::string::npos);
  EXPECT_NE(unknown("\n ").find("byte 10 found"), std::string::npos);
}

/// A folder with a tiny text where the Penn Treebank's would be.
class TinyText : public ::testing::Test {
 protected:
  TinyText() {
    folder_.write("ptb-word/ptb.train.txt", "a b <unk>\nb\n");
    folder_.write("ptb-word/ptb.valid.txt", "b c\n");
    folder_.write("ptb-word/ptb.test.txt", "a\n");
  }
  testing::TemporaryFolder folder_;
};

TEST_F(TinyText, OtherCountsAreRefusedByName) {
  const std::string message = file_error([&] { read_text("ptb-word", DataSource(folder_.path())); });
  EXPECT_NE(message.find("ptb.train.txt: counts: 42068 lines expected, 2 found; 929589 tokens expected, 6 found; 10000 "
                         "types expected, 4 found; 45020 tokens <unk> expected, 1 found"),
            std::string::npos)
      << message;
}

TEST_F(TinyText, OtherCountsAreReadWhereTheCallerAllows) {
  const TextCorpus corpus = read_text("ptb-word", DataSource(folder_.path()), {.allow_other_counts = true});
  EXPECT_EQ(corpus.name, "ptb-word");
  // In order of first occurrence these are 0 1 2 3 1 3, 1 2 3 and 0 3; 1 and 3 occur twice.
  EXPECT_EQ(corpus.train.symbols, (Symbols{2, 0, 3, 1, 0, 1}));
  EXPECT_EQ(corpus.valid.symbols, (Symbols{0, 3, 1}));
  EXPECT_EQ(corpus.test.symbols, (Symbols{2, 1}));
}

TEST_F(TinyText, MissingFilesAndUnknownNamesAreSaid) {
  EXPECT_THROW(read_text("ptb-char", DataSource(folder_.path())), FileError);
  try {
    read_text("enwik8", DataSource(folder_.path()));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "there is no text 'enwik8'; known are ptb-char, ptb-word, wikitext-2");
  }
}

/// Reading checks the published counts; what is left is the symbols themselves.
class PublishedText : public ::testing::TestWithParam<const char*> {};

TEST_P(PublishedText, IsReadWithItsCounts) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  const TextCorpus corpus = read_text(GetParam(), DataSource(*data));
  EXPECT_EQ(corpus.vocabulary.size(), corpus.train.counts.types);
  for (const TextSplit* split : {&corpus.train, &corpus.valid, &corpus.test}) {
    EXPECT_EQ(split->symbols.size(), static_cast<std::size_t>(split->counts.tokens));
    EXPECT_EQ(split->symbols.capacity(), split->symbols.size());
    EXPECT_EQ(corpus.vocabulary.word(split->symbols.back()), corpus.unit == TextUnit::word ? "<eos>" : "\n");
    for (const int symbol : split->symbols) ASSERT_TRUE(symbol >= 0 && symbol < corpus.vocabulary.size());
  }
  std::vector<std::int64_t> count(static_cast<std::size_t>(corpus.vocabulary.size()));
  for (const int symbol : corpus.train.symbols) ++count[static_cast<std::size_t>(symbol)];
  EXPECT_TRUE(std::is_sorted(count.rbegin(), count.rend()));
}

INSTANTIATE_TEST_SUITE_P(All, PublishedText, ::testing::Values("ptb-char", "ptb-word", "wikitext-2"));

TEST(PublishedPennTreebank, CharactersSpellTheWords) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  const TextCorpus words_read = read_text("ptb-word", DataSource(*data));
  const TextCorpus characters_read = read_text("ptb-char", DataSource(*data));
  std::string from_words, from_characters;
  for (const int symbol : words_read.valid.symbols) {
    const std::string& word = words_read.vocabulary.word(symbol);
    if (word != "<eos>") {
      from_words += word + "_";
    } else if (!from_words.empty()) {
      from_words.back() = '\n';
    }
  }
  for (const int symbol : characters_read.valid.symbols) from_characters += characters_read.vocabulary.word(symbol);
  EXPECT_EQ(from_words, from_characters);
}

}  // namespace
}  // namespace unrecur
