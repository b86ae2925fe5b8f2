// Phrases of politeness, and where they are no part of the question.
#include "store/cache/politeness.h"

#include <algorithm>
#include <array>
#include <span>

#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

using Text = std::u32string_view;

// Longer phrases before their own beginnings.
constexpr auto kRequests = std::to_array<Text>({
    U"could you please tell me",
    U"can you please tell me",
    U"would you please tell me",
    U"could you kindly tell me",
    U"would you mind telling me",
    U"would you be so kind as to tell me",
    U"i would like to know",
    U"i'd like to know",
    U"i would like to ask",
    U"i'd like to ask",
    U"i want to know",
    U"please could you tell me",
    U"please can you tell me",
    U"please tell me",
    U"could you tell me",
    U"can you tell me",
    U"would you tell me",
    U"could you please",
    U"can you please",
    U"would you please",
    U"may i ask",
    U"excuse me",
    U"tell me",
    U"please",
    U"kindly",
    U"pls",
    U"plz",
    U"你好请问",
    U"您好请问",
    U"不好意思请问",
    U"麻烦请问",
    U"我想请问一下",
    U"我想请问",
    U"想请问一下",
    U"想请问",
    U"请问一下",
    U"请问下",
    U"请问",
    U"请教一下",
    U"请您告诉我",
    U"请你告诉我",
    U"请告诉我",
    U"麻烦您告诉我",
    U"麻烦你告诉我",
    U"麻烦告诉我",
    U"麻烦您帮我",
    U"麻烦你帮我",
    U"麻烦问一下",
    U"麻烦问下",
    U"麻烦帮我",
    U"麻烦您",
    U"麻烦你",
    U"我想问一下",
    U"我想问下",
    U"想问一下",
    U"想问下",
    U"问一下",
    U"你能不能告诉我",
    U"您能不能告诉我",
    U"能不能告诉我",
    U"能否告诉我",
    U"你可以告诉我",
    U"您可以告诉我",
    U"可以告诉我",
    U"可否告诉我",
    U"你能告诉我",
    U"您能告诉我",
    U"能告诉我",
    U"告诉我",
    U"请您帮我",
    U"请你帮我",
    U"请帮我",
    U"请您",
    U"请你",
});

constexpr auto kGreetings = std::to_array<Text>({
    U"hi there", U"hello there",  U"hey there",      U"hi",           U"hello",
    U"hey",      U"good morning", U"good afternoon", U"good evening", U"greetings",
    U"thanks",   U"thank you",    U"excuse me",      U"sorry",        U"sorry to bother you",
    U"你们好",   U"你好呀",       U"你好啊",         U"你好",         U"您好",
    U"嗨",       U"哈喽",         U"哈啰",           U"喂",           U"早上好",
    U"上午好",   U"中午好",       U"下午好",         U"晚上好",       U"谢谢您",
    U"谢谢你",   U"谢谢",         U"不好意思",       U"打扰一下",     U"打扰了",
    U"打扰",     U"劳驾",         U"麻烦一下",       U"麻烦",         U"请",
    U"在吗",
});

constexpr auto kThanks = std::to_array<Text>({
    U"please",
    U"pls",
    U"plz",
    U"thanks",
    U"thank you",
    U"thx",
    U"thank you very much",
    U"thank you so much",
    U"thanks a lot",
    U"thanks so much",
    U"thanks very much",
    U"many thanks",
    U"thanks in advance",
    U"thank you in advance",
    U"cheers",
    U"much appreciated",
    U"谢谢",
    U"谢谢你",
    U"谢谢您",
    U"谢谢啦",
    U"谢谢了",
    U"多谢",
    U"多谢了",
    U"感谢",
    U"非常感谢",
    U"十分感谢",
    U"万分感谢",
    U"谢啦",
    U"谢了",
    U"麻烦了",
    U"麻烦您了",
    U"麻烦你了",
    U"拜托了",
    U"拜托",
    U"辛苦了",
    U"先谢谢了",
    U"先谢了",
});

// "请" is of the word after it unless that is one of these.
constexpr auto kAskedActs = std::to_array<Text>({
    U"帮",   U"解释", U"说明", U"介绍", U"列出", U"写",   U"翻译", U"推荐",   U"给我", U"简述",
    U"描述", U"比较", U"计算", U"总结", U"打开", U"关闭", U"关掉", U"把",     U"将",   U"播放",
    U"设置", U"提醒", U"查",   U"搜索", U"说",   U"告诉", U"为我", U"为什么", U"怎么", U"如何",
});

constexpr auto kQuestionWords = std::to_array<Text>({
    U"what", U"what's", U"how",    U"how's", U"where", U"where's", U"when", U"why",
    U"who",  U"who's",  U"which",  U"can",   U"could", U"is",      U"are",  U"do",
    U"does", U"did",    U"should", U"will",  U"would", U"please",  U"may",  U"i",
});

// What begins like this after a phrase speaks of the phrase.
constexpr auto kSpeaksOfBefore = std::to_array<Text>({
    U"in ",    U"means ",   U"mean ",  U"and ",   U"or ",    U"vs ",        U"vs. ",     U"versus ",
    U"as ",    U"into ",    U"的",     U"和",     U"与",     U"跟",         U"或",       U"用",
    U"怎么说", U"怎么写",   U"怎么读", U"怎么回", U"如何说", U"是什么意思", U"什么意思", U"翻译",
    U"这个词", U"这两个字", U"这句话", U"几个字", U"二字",
});
// What ends like this before a phrase speaks of it.
constexpr auto kSpeaksOfAfter = std::to_array<Text>({
    U"say",  U"says",  U"saying", U"word",   U"words", U"write", U"spell",     U"pronounce",
    U"mean", U"means", U"with",   U"or",     U"and",   U"of",    U"a",         U"the",
    U"is",   U"are",   U"use",    U"using",  U"to",    U"for",   U"translate", U"phrase",
    U"not",  U"no",    U"vs",     U"versus", U"like",  U"说",    U"叫",        U"写",
    U"读",   U"是",    U"回",     U"回复",   U"和",    U"与",    U"跟",        U"或",
    U"翻译", U"句",    U"词",     U"字",     U"的",    U"不",    U"别",        U"道",
});

// Who asks for these may mean the polite words, too.
constexpr auto kWorksOnWords = std::to_array<Text>({
    U"translate", U"translates", U"translated", U"translation", U"say",       U"spell",
    U"pronounce", U"repeat",     U"rephrase",   U"paraphrase",  U"rewrite",   U"reword",
    U"proofread", U"summarize",  U"summarise",  U"classify",    U"sentiment", U"word",
    U"words",     U"phrase",     U"sentence",   U"text",        U"letters",   U"characters",
    U"翻译",      U"译成",       U"译为",       U"怎么说",      U"怎么写",    U"怎么读",
    U"改写",      U"润色",       U"朗读",       U"重复",        U"复述",      U"造句",
    U"概括",      U"总结",       U"分类",       U"情感",        U"语气",      U"拼写",
    U"句话",      U"句子",       U"词语",       U"几个字",
});

bool IsGap(char32_t c) {
  return c == kGap || c == kColon;
}

Text TrimBreaks(Text text) {
  while (!text.empty() && IsBreak(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBreak(text.back())) text.remove_suffix(1);
  return text;
}

// Whether a word could go on between these two.
bool IsWithinWord(char32_t before, char32_t after) {
  const auto ends = [](char32_t c) { return IsBreak(c) || c == kQuote || IsUnspacedCharacter(c); };
  return !ends(before) && !ends(after);
}

bool StartsWithWord(Text text, Text word) {
  return text.starts_with(word) &&
         (text.size() == word.size() || !IsWithinWord(word.back(), text[word.size()]));
}

bool EndsWithWord(Text text, Text word) {
  return text.ends_with(word) && (text.size() == word.size() ||
                                  !IsWithinWord(text[text.size() - word.size() - 1], word.front()));
}

bool WorksOnWords(Text text) {
  return std::ranges::any_of(kWorksOnWords, [text](Text word) {
    for (size_t at = text.find(word); at != Text::npos; at = text.find(word, at + 1)) {
      if (StartsWithWord(text.substr(at), word) &&
          EndsWithWord(text.substr(0, at + word.size()), word))
        return true;
    }
    return false;
  });
}

bool SpeaksOfBefore(Text rest, bool divided) {
  return (rest.front() == kQuote && !divided) ||
         std::ranges::any_of(kSpeaksOfBefore,
                             [rest](Text words) { return rest.starts_with(words); });
}

bool SpeaksOfAfter(Text rest) {
  return rest.back() == kQuote || std::ranges::any_of(kSpeaksOfAfter, [rest](Text words) {
           return EndsWithWord(rest, words);
         });
}

bool MayFollowGreeting(Text greeting, Text after) {
  if (IsGap(after.front())) return true;
  if (greeting == U"请") {
    return std::ranges::any_of(kAskedActs, [after](Text act) { return after.starts_with(act); });
  }
  return after.front() == U' ' && std::ranges::any_of(kQuestionWords, [after](Text word) {
           return StartsWithWord(after.substr(1), word);
         });
}

bool TrimBeginning(Text& text) {
  const auto take = [&text](Text phrase, bool greeting) {
    if (!StartsWithWord(text, phrase) || text.size() == phrase.size()) return false;
    const Text after = text.substr(phrase.size());
    if (greeting && !MayFollowGreeting(phrase, after)) return false;
    const Text rest = TrimBreaks(after);
    const bool divided = IsGap(after.front());
    if (rest.empty() || SpeaksOfBefore(rest, divided)) return false;
    if (divided && WorksOnWords(rest)) return false;
    text = rest;
    return true;
  };
  return std::ranges::any_of(kRequests, [&](Text phrase) { return take(phrase, false); }) ||
         std::ranges::any_of(kGreetings, [&](Text phrase) { return take(phrase, true); });
}

bool TrimEnd(Text& text) {
  return std::ranges::any_of(kThanks, [&text](Text phrase) {
    if (!EndsWithWord(text, phrase) || text.size() == phrase.size()) return false;
    const Text before = text.substr(0, text.size() - phrase.size());
    const bool please = phrase == U"please" || phrase == U"pls" || phrase == U"plz";
    if (!IsGap(before.back()) && !(please && before.back() == U' ')) return false;
    const Text rest = TrimBreaks(before);
    if (rest.empty() || SpeaksOfAfter(rest)) return false;
    if (before.contains(kColon) || WorksOnWords(rest)) return false;
    text = rest;
    return true;
  });
}

}  // namespace

std::u32string_view TrimPoliteness(std::u32string_view text) {
  // Each round takes a phrase off; more than a few are no politeness.
  for (int round = 0; round < 8; ++round) {
    const bool trimmed = TrimBeginning(text) || TrimEnd(text);
    if (!trimmed) break;
  }
  return text;
}

}  // namespace bantam::store
