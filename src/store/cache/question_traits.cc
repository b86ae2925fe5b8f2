// Words, numbers, negations, opposites and directions of questions in English and Chinese.
#include "store/cache/question_traits.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

// Sorted. Words a question may have or not without meaning anything else.
constexpr auto kFunctionWords = std::to_array<std::string_view>({
    "a",    "about", "am",    "an",     "and",  "any",   "are",   "as",    "at",    "be",
    "been", "by",    "can",   "could",  "did",  "do",    "does",  "for",   "get",   "go",
    "got",  "had",   "has",   "have",   "how",  "i",     "if",    "in",    "is",    "it",
    "its",  "know",  "like",  "long",   "made", "make",  "many",  "may",   "me",    "might",
    "much", "my",    "need",  "of",     "on",   "one",   "or",    "our",   "please", "should",
    "so",   "some",  "tell",  "than",   "that", "the",   "their", "them",  "then",  "there",
    "these", "they", "thing", "this",   "those", "to",   "us",    "want",  "was",   "way",
    "we",   "were",  "what",  "when",   "where", "which", "who",  "why",   "will",  "with",
    "would", "you",  "your",
});
static_assert(std::ranges::is_sorted(kFunctionWords));

constexpr std::u32string_view kFunctionCharacters = U"的了吗呢吧啊呀是我你您他她它们什么怎哪请样";

constexpr auto kNumberWords = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"zero", "0"},     {"two", "2"},        {"three", "3"},    {"four", "4"},     {"five", "5"},
    {"six", "6"},      {"seven", "7"},      {"eight", "8"},    {"nine", "9"},     {"ten", "10"},
    {"eleven", "11"},  {"twelve", "12"},    {"fifteen", "15"}, {"twenty", "20"},  {"thirty", "30"},
    {"forty", "40"},   {"fifty", "50"},     {"sixty", "60"},   {"ninety", "90"},
    {"hundred", "100"}, {"thousand", "1000"}, {"million", "1000000"}, {"half", "1/2"},
    {"first", "1."},   {"second", "2."},    {"third", "3."},   {"1st", "1."},     {"2nd", "2."},
    {"3rd", "3."},     {"twice", "2"},      {"double", "2"},   {"dozen", "12"},
});

constexpr auto kNegations = std::to_array<std::string_view>({
    "not", "no", "never", "without", "cannot", "none", "neither", "nor", "nobody", "nothing",
    "nowhere", "unable", "except", "unless", "dont", "cant", "wont", "fail", "fails", "failed",
});

// Opposites: words of one row and side mean one thing here, those of the other side its opposite.
struct Opposites {
  std::string_view name;
  std::string_view one;    // separated by blanks
  std::string_view other;
};
constexpr auto kOpposites = std::to_array<Opposites>({
    {"open", "open opening opens start starts starting begin begins", "close closing closes closed end ends ending finish"},
    {"on", "enable enabling activate activating", "disable disabling deactivate deactivating"},
    {"more", "increase raise higher up more maximum max highest most above upgrade upload longest largest biggest", "decrease lower reduce down less minimum min lowest least below downgrade download shortest smallest"},
    {"before", "before earlier earliest", "after later latest"},
    {"buy", "buy purchase buying", "sell selling"},
    {"add", "add adding install installing import insert", "remove removing delete deleting uninstall export"},
    {"in", "login arrive arrival arrivals enter inside inbound internal indoor indoors", "logout depart departure departures leave exit outside outbound external outdoor outdoors"},
    {"lock", "lock locking encrypt encode block", "unlock unlocking decrypt decode unblock"},
    {"send", "send sending lend give", "receive receiving borrow"},
    {"hot", "hot warm heating heat summer", "cold cool cooling winter"},
    {"left", "left", "right"},
    {"north", "north", "south"},
    {"east", "east", "west"},
    {"day", "morning am", "evening night pm afternoon"},
    {"new", "new newest", "old oldest"},
    {"public", "public", "private"},
    {"accept", "accept allow allowed", "reject decline refuse forbidden prohibited"},
    {"win", "win winning best advantages pros benefit benefits", "lose losing worst disadvantages cons drawback drawbacks"},
    {"child", "child children kid kids", "adult adults"},
    {"man", "men man male boy boys", "women woman female girl girls"},
    {"cancel", "cancel cancelling canceling", "renew renewing restore"},
    {"weekday", "weekday weekdays", "weekend weekends saturday sunday"},
    {"front", "front", "back rear"},
    {"fast", "fast fastest quickest", "slow slowest"},
    {"zh-open", "打开 开启 启用 开门 开通 开机 开始", "关闭 关掉 停用 禁用 关门 关机 结束 注销"},
    {"zh-more", "增加 提高 升高 调高 上调 最多 最大 最高 升级 上传 最长 以上 充值 存款 存钱", "减少 降低 下降 调低 下调 最少 最小 最低 降级 下载 最短 以下 提现 取款 取钱"},
    {"zh-before", "之前 以前 饭前 最早 提前", "之后 以后 饭后 最晚 推迟 延后"},
    {"zh-buy", "购买 买入 买", "出售 卖出 卖"},
    {"zh-add", "添加 新增 安装 导入 加入", "删除 移除 卸载 导出 退出"},
    {"zh-in", "登录 入口 入境 进口 到达 进入 室内 入住", "登出 出口 出境 出发 离开 室外 退房"},
    {"zh-lock", "锁定 加密 拉黑", "解锁 解密"},
    {"zh-send", "发送 寄件 借出 转出", "接收 收件 借入 转入"},
    {"zh-hot", "夏天 制热 加热 热水", "冬天 制冷 冷却 冷水"},
    {"zh-left", "左", "右"},
    {"zh-north", "北", "南"},
    {"zh-east", "东", "西"},
    {"zh-day", "上午 早上 白天", "下午 晚上 夜里 夜间"},
    {"zh-new", "新", "旧"},
    {"zh-good", "优点 好处 可以", "缺点 坏处 禁止"},
    {"zh-child", "儿童 小孩 孩子", "成人 大人 老人"},
    {"zh-man", "男", "女"},
    {"zh-week", "工作日", "周末 节假日"},
    {"zh-up", "上楼 上车 上班 涨", "下楼 下车 下班 跌"},
    {"zh-front", "前面 正面", "后面 背面"},
    {"zh-fast", "最快", "最慢"},
});

// Units of time are no opposites, but no two of them agree.
constexpr auto kUnits = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"unit:s", "second seconds 秒"},
    {"unit:min", "minute minutes 分钟"},
    {"unit:h", "hour hours hourly 小时 钟头"},
    {"unit:d", "day days daily 每天 天内 几天"},
    {"unit:w", "week weeks weekly 每周 一周"},
    {"unit:m", "month months monthly 每月 个月 月费 月票 包月"},
    {"unit:y", "year years yearly annual annually 每年 年费 年票 包年"},
    {"unit:kg", "kilogram kilograms kg 公斤 千克"},
    {"unit:g", "gram grams 克"},
    {"unit:km", "kilometer kilometers kilometre kilometres km 公里"},
    {"unit:mi", "mile miles 英里"},
    {"unit:c", "celsius 摄氏"},
    {"unit:f", "fahrenheit 华氏"},
});

bool HasWord(std::string_view list, std::string_view word) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (list.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

// Whether one of the list's words stands in `text`.
bool HasAnyOf(std::string_view list, std::string_view text) {
  for (size_t at = 0; at < list.size();) {
    const size_t end = std::min(list.find(' ', at), list.size());
    if (text.contains(list.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

void Stem(std::string& word) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  if (!std::ranges::all_of(word, is_small)) return;
  const auto cut = [&word](std::string_view ending, size_t least) {
    if (!word.ends_with(ending) || word.size() < ending.size() + least) return false;
    word.resize(word.size() - ending.size());
    return true;
  };
  if (cut("ies", 2)) {
    word += 'y';
  } else if (!word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) {
    cut("s", 2);
  }
  if (cut("ing", 3) || cut("ed", 3)) {
    const size_t n = word.size();
    if (word[n - 1] == word[n - 2] && std::string_view("bdgmnprt").contains(word[n - 1])) {
      word.pop_back();
    }
  }
  cut("e", 3);
}

// 一 … 九, 零, 两; -1: none.
int ChineseDigit(char32_t c) {
  if (c == U'两') return 2;
  if (c == U'零' || c == U'〇') return 0;
  const size_t at = std::u32string_view(U"一二三四五六七八九").find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at) + 1;
}

int64_t ChineseUnit(char32_t c) {
  switch (c) {
    case U'十': return 10;
    case U'百': return 100;
    case U'千': return 1000;
    case U'万': return 10'000;
    default: return 0;
  }
}

std::string Utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) AppendUtf8(c, out);
  return out;
}

class TraitReader {
 public:
  explicit TraitReader(std::string_view question)
      : original_(question), text_(FoldCharacters(question)) {}

  QuestionTraits Read() {
    for (const char32_t c : text_) n_unspaced_ += IsUnspacedCharacter(c) ? 1 : 0;
    size_t i = 0;
    while (i < text_.size()) {
      if (IsUnspacedCharacter(text_[i])) {
        i = ReadUnspaced(i);
      } else if (IsPartOfWord(i)) {
        i = ReadWord(i);
      } else {
        slot_left_ = text_[i] == ' ' || text_[i] == '\'' ? slot_left_ : 0;
        ++i;
      }
    }
    ReadCapitals();
    ReadPhrases();
    for (Words* list : {&traits_.words, &traits_.numbers, &traits_.names, &traits_.opposites}) {
      std::ranges::sort(*list);
    }
    for (Words* list : {&traits_.names, &traits_.opposites}) {
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    return std::move(traits_);
  }

 private:
  bool IsPartOfWord(size_t i) const {
    const char32_t c = text_[i];
    if (IsUnspacedCharacter(c)) return false;
    if (c >= 0xE000 && c <= 0xF8FF) return true;  // FoldCharacters' mark of capitals
    if (unicode::PropertiesOf(c).In(unicode::kLetter | unicode::kMark | unicode::kNumber)) {
      return true;
    }
    const auto digit = [this](size_t at) {
      return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
    };
    if ((c == '.' || c == ',' || c == ':') && i > 0) return digit(i - 1) && digit(i + 1);
    if (c == '+' || c == '#') return i > 0 && text_[i - 1] < 0x80 && IsPartOfWord(i - 1);  // C++
    return c == '-' && digit(i + 1) && (i == 0 || text_[i - 1] == ' ');
  }

  size_t ReadWord(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && IsPartOfWord(end)) ++end;
    std::string word = Utf8(std::u32string_view(text_).substr(begin, end - begin));
    // n't
    if (word.ends_with('n') && end + 1 < text_.size() && text_[end] == '\'' &&
        text_[end + 1] == 't') {
      ++traits_.negations;
      return end + 2;
    }
    if (word == "s" && begin > 0 && text_[begin - 1] == '\'') return end;
    TakeWord(std::move(word), begin);
    return end;
  }

  void TakeWord(std::string word, size_t begin) {
    const bool has_digit =
        std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    const auto* number = std::ranges::find(
        kNumberWords, word, [](const auto& pair) { return std::string(pair.first); });
    if (number != kNumberWords.end()) {
      traits_.numbers.emplace_back(number->second);
      return;
    }
    if (has_digit) {
      std::erase(word, ',');
      traits_.numbers.push_back(word);
      slot_left_ = 0;
      return;
    }
    if (std::ranges::find(kNegations, word) != kNegations.end()) {
      ++traits_.negations;
      return;
    }
    for (const Opposites& pair : kOpposites) {
      if (HasWord(pair.one, word)) traits_.opposites.push_back(std::string(pair.name) + "+");
      if (HasWord(pair.other, word)) traits_.opposites.push_back(std::string(pair.name) + "-");
    }
    for (const auto& [name, list] : kUnits) {
      if (HasWord(list, word)) traits_.opposites.emplace_back(name);
    }
    if (word == "from") return StartSlot(traits_.sources);
    if (word == "to" || word == "into") return StartSlot(traits_.targets);
    if (std::ranges::binary_search(kFunctionWords, std::string_view(word))) return;
    if (n_unspaced_ > 0) traits_.names.push_back(word);
    (void)begin;
    Stem(word);
    if (slot_left_ > 0) {
      --slot_left_;
      slot_->push_back(word);
    }
    traits_.words.push_back(std::move(word));
  }

  void StartSlot(Words& slot) {
    slot_ = &slot;
    slot_left_ = 3;
  }

  size_t ReadUnspaced(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && IsUnspacedCharacter(text_[end])) ++end;
    const std::u32string_view run = std::u32string_view(text_).substr(begin, end - begin);
    for (size_t i = 0; i < run.size();) i += ReadNumber(run, i);
    size_t alone = 0;  // characters since one that carries no meaning
    for (size_t i = 0; i < run.size(); ++i) {
      CountNegation(run, i);
      if (kFunctionCharacters.contains(run[i])) {
        alone = 0;
        continue;
      }
      if (alone++ > 0) traits_.words.push_back(Utf8(run.substr(i - 1, 2)));
      const bool ends = i + 1 == run.size() || kFunctionCharacters.contains(run[i + 1]);
      if (alone == 1 && ends) traits_.words.push_back(Utf8(run.substr(i, 1)));
    }
    ReadDirection(run);
    return end;
  }

  // A number in Chinese characters at run[i]; how many characters were read.
  size_t ReadNumber(std::u32string_view run, size_t i) {
    size_t end = i;
    int64_t total = 0;
    int64_t section = 0;
    int64_t digit = -1;
    while (end < run.size() && (ChineseDigit(run[end]) >= 0 || ChineseUnit(run[end]) > 0)) {
      if (end - i > 12) break;
      const int64_t unit = ChineseUnit(run[end]);
      if (unit == 0) {
        digit = digit > 0 ? digit * 10 + ChineseDigit(run[end]) : ChineseDigit(run[end]);
      } else if (unit == 10'000) {
        total = (total + section + std::max<int64_t>(digit, 0)) * unit;
        section = 0;
        digit = -1;
      } else {
        section += (digit < 0 ? 1 : digit) * unit;
        digit = -1;
      }
      ++end;
    }
    if (end == i) return 1;
    const std::u32string_view number = run.substr(i, end - i);
    // "一" is an article, and in many words; after these it counts.
    const bool counts = i > 0 && std::u32string_view(U"第周期初").contains(run[i - 1]);
    const bool idiom = number == U"万" || number == U"千万" || number == U"千" || number == U"百";
    if ((number == U"一" && !counts) || idiom) return end - i;
    traits_.numbers.push_back(std::to_string(total + section + std::max<int64_t>(digit, 0)));
    return end - i;
  }

  void CountNegation(std::u32string_view run, size_t i) {
    const char32_t c = run[i];
    if (!std::u32string_view(U"不没無无未勿莫非别").contains(c)) return;
    const char32_t before = i > 0 ? run[i - 1] : 0;
    const char32_t after = i + 1 < run.size() ? run[i + 1] : 0;
    // "能不能", "有没有": a question, nothing denied.
    if ((c == U'不' || c == U'没') && before != 0 && before == after) return;
    if (c == U'不' && (std::u32string_view(U"同错仅但过好").contains(after) || before == U'差')) return;
    if (c == U'无' && std::u32string_view(U"线论锡").contains(after)) return;
    if (c == U'非' && std::u32string_view(U"常洲").contains(after)) return;
    if (c == U'未' && after == U'来') return;
    if (c == U'别' && (std::u32string_view(U"特区分级性类识告个").contains(before) ||
                       std::u32string_view(U"的人墅名").contains(after))) {
      return;
    }
    ++traits_.negations;
  }

  // 从 SOURCE 到 TARGET, and TARGET alone after 到, 去, 飞, 往, 成.
  void ReadDirection(std::u32string_view run) {
    constexpr std::u32string_view kTo = U"到去飞往成";
    const auto pairs = [](std::u32string_view text, Words& out) {
      for (size_t i = 0; i + 1 < text.size() && i < 4; ++i) out.push_back(Utf8(text.substr(i, 2)));
    };
    const size_t from = run.find(U'从');
    size_t to = run.find_first_of(kTo, from == std::u32string_view::npos ? 0 : from + 1);
    if (from != std::u32string_view::npos && to != std::u32string_view::npos) {
      pairs(run.substr(from + 1, to - from - 1), traits_.sources);
    }
    if (to == std::u32string_view::npos) return;
    while (to + 1 < run.size() && kTo.contains(run[to + 1])) ++to;
    // "北京到上海": what stands before is the source as well.
    if (from == std::u32string_view::npos && to >= 2) {
      pairs(run.substr(to >= 4 ? to - 4 : 0, to >= 4 ? 4 : to), traits_.sources);
    }
    pairs(run.substr(to + 1, 4), traits_.targets);
  }

  // Words with a capital within a sentence are names, and words of capitals alone, unless all is.
  void ReadCapitals() {
    if (n_unspaced_ > 0) return;
    const bool has_small =
        std::ranges::any_of(original_, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!has_small) return;
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<uint8_t>(c) >= 0x80);
    };
    bool begins = true;  // a sentence
    for (size_t i = 0; i < original_.size();) {
      if (!is_letter(original_[i])) {
        begins = begins || std::string_view(".?!:").contains(original_[i]);
        ++i;
        continue;
      }
      size_t end = i;
      while (end < original_.size() && is_letter(original_[end])) ++end;
      const std::string_view word = original_.substr(i, end - i);
      if (!begins && word.size() > 1 && word[0] >= 'A' && word[0] <= 'Z') TakeName(word);
      begins = false;
      i = end;
    }
  }

  void TakeName(std::string_view word) {
    std::string folded = Utf8(FoldCharacters(word));
    if (std::ranges::binary_search(kFunctionWords, std::string_view(folded))) return;
    Stem(folded);
    if (std::ranges::binary_search(traits_.words, folded) ||
        std::ranges::find(traits_.words, folded) != traits_.words.end()) {
      traits_.names.push_back(std::move(folded));
    }
  }

  void ReadPhrases() {
    if (n_unspaced_ == 0) return;
    const std::string text = Utf8(text_);
    for (const Opposites& pair : kOpposites) {
      if (!pair.name.starts_with("zh-")) continue;
      if (HasAnyOf(pair.one, text)) traits_.opposites.push_back(std::string(pair.name) + "+");
      if (HasAnyOf(pair.other, text)) traits_.opposites.push_back(std::string(pair.name) + "-");
    }
    for (const auto& [name, list] : kUnits) {
      const size_t at = list.rfind(' ');
      for (size_t begin = 0; begin < list.size();) {
        const size_t end = std::min(list.find(' ', begin), list.size());
        const std::string_view word = list.substr(begin, end - begin);
        if (static_cast<uint8_t>(word[0]) >= 0x80 && text.contains(word)) {
          traits_.opposites.emplace_back(name);
        }
        begin = end + 1;
      }
      (void)at;
    }
  }

  const std::string_view original_;
  const std::u32string text_;
  size_t n_unspaced_ = 0;
  QuestionTraits traits_;
  Words* slot_ = nullptr;
  int slot_left_ = 0;
};

// Whether both have words of a group, but not the same ones.
bool OppositesAgree(const Words& a, const Words& b) {
  const auto group = [](const std::string& word) {
    return word.starts_with("unit:") ? std::string("unit") : word.substr(0, word.size() - 1);
  };
  for (const std::string& word : a) {
    if (std::ranges::binary_search(b, word)) continue;
    const auto same_group = [&](const std::string& other) { return group(other) == group(word); };
    if (std::ranges::any_of(b, same_group)) return false;
  }
  return true;
}

bool NamesAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return std::ranges::all_of(a.names, [&b](std::string name) {
    if (std::ranges::binary_search(b.names, name)) return true;
    Stem(name);
    return std::ranges::binary_search(b.words, name);
  });
}

bool HasCommon(const Words& a, const Words& b) {
  return std::ranges::any_of(
      a, [&b](const std::string& word) { return std::ranges::find(b, word) != b.end(); });
}

}  // namespace

QuestionTraits TraitsOf(std::string_view question) {
  return TraitReader(question.substr(0, kMaxQuestionBytes)).Read();
}

bool TraitsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return a.numbers == b.numbers && (a.negations % 2) == (b.negations % 2) &&
         OppositesAgree(a.opposites, b.opposites) && OppositesAgree(b.opposites, a.opposites) &&
         NamesAgree(a, b) && NamesAgree(b, a) && !HasCommon(a.sources, b.targets) &&
         !HasCommon(b.sources, a.targets);
}

float WordSimilarity(const QuestionTraits& a, const QuestionTraits& b) {
  if (a.words.empty() || b.words.empty()) return 0;
  size_t common = 0;
  for (size_t i = 0, j = 0; i < a.words.size() && j < b.words.size();) {
    const int order = a.words[i].compare(b.words[j]);
    common += order == 0 ? 1 : 0;
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
  return 2.0F * static_cast<float>(common) / static_cast<float>(a.words.size() + b.words.size());
}

float QuestionScore(const QuestionTraits& a, const QuestionTraits& b, std::optional<float> cosine) {
  const float words = WordSimilarity(a, b);
  if (!cosine) return words;
  return *cosine + kMostWordsGive * words * (1 - *cosine);
}

}  // namespace bantam::store
