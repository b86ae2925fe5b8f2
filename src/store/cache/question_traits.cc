// Words, numbers, negations, opposites and directions of questions in English and Chinese.
#include "store/cache/question_traits.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

// Sorted. Words a question may have or not without meaning anything else.
constexpr auto kFunctionWords = std::to_array<std::string_view>({
    "a",     "about", "am",    "an",    "and",   "any",   "are",   "as",   "at",     "be",
    "been",  "by",    "can",   "could", "did",   "do",    "does",  "for",  "get",    "go",
    "got",   "had",   "has",   "have",  "how",   "i",     "if",    "in",   "is",     "it",
    "its",   "know",  "like",  "long",  "made",  "make",  "many",  "may",  "me",     "might",
    "much",  "my",    "need",  "of",    "on",    "one",   "or",    "our",  "please", "should",
    "so",    "some",  "tell",  "than",  "that",  "the",   "their", "them", "then",   "there",
    "these", "they",  "thing", "this",  "those", "to",    "us",    "want", "was",    "way",
    "we",    "were",  "what",  "when",  "where", "which", "who",   "why",  "will",   "with",
    "would", "you",   "your",
});
static_assert(std::ranges::is_sorted(kFunctionWords));

constexpr std::u32string_view kFunctionCharacters = U"的了吗呢吧啊呀是我你您他她它们什么怎哪请样";

constexpr auto kNumberWords = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"zero", "0"},        {"two", "2"},           {"three", "3"},   {"four", "4"},
    {"five", "5"},        {"six", "6"},           {"seven", "7"},   {"eight", "8"},
    {"nine", "9"},        {"ten", "10"},          {"eleven", "11"}, {"twelve", "12"},
    {"fifteen", "15"},    {"twenty", "20"},       {"thirty", "30"}, {"forty", "40"},
    {"fifty", "50"},      {"sixty", "60"},        {"ninety", "90"}, {"hundred", "100"},
    {"thousand", "1000"}, {"million", "1000000"}, {"half", "1/2"},  {"first", "1."},
    {"second", "2."},     {"third", "3."},        {"1st", "1."},    {"2nd", "2."},
    {"3rd", "3."},        {"twice", "2"},         {"double", "2"},  {"dozen", "12"},
});

constexpr auto kNegations = std::to_array<std::string_view>({
    "not",  "no",     "never",   "without", "cannot", "none",   "neither",
    "nor",  "nobody", "nothing", "nowhere", "unable", "except", "unless",
    "dont", "cant",   "wont",    "fail",    "fails",  "failed",
});

// Opposites: words of one row and side mean one thing here, those of the other side its opposite.
struct Opposites {
  std::string_view name;
  std::string_view one;  // separated by blanks
  std::string_view other;
};
constexpr auto kOpposites = std::to_array<Opposites>({
    {"open", "open opening opens start starts starting begin begins",
     "close closing closes closed end ends ending finish"},
    {"on", "enable enabling activate activating", "disable disabling deactivate deactivating"},
    {"more",
     "increase raise higher up more maximum max highest most above upgrade upload longest largest "
     "biggest",
     "decrease lower reduce down less minimum min lowest least below downgrade download shortest "
     "smallest"},
    {"before", "before earlier earliest", "after later latest"},
    {"buy", "buy purchase buying", "sell selling"},
    {"add", "add adding install installing import insert",
     "remove removing delete deleting uninstall export"},
    {"in", "login arrive arrival arrivals enter inside inbound internal indoor indoors",
     "logout depart departure departures leave exit outside outbound external outdoor outdoors"},
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
    {"win", "win winning best advantages pros benefit benefits",
     "lose losing worst disadvantages cons drawback drawbacks"},
    {"child", "child children kid kids", "adult adults"},
    {"man", "men man male boy boys", "women woman female girl girls"},
    {"cancel", "cancel cancelling canceling", "renew renewing restore"},
    {"weekday", "weekday weekdays", "weekend weekends saturday sunday"},
    {"front", "front", "back rear"},
    {"fast", "fast fastest quickest", "slow slowest"},
    {"zh-open", "打开 开启 启用 开门 开通 开机 开始", "关闭 关掉 停用 禁用 关门 关机 结束 注销"},
    {"zh-more", "增加 提高 升高 调高 上调 最多 最大 最高 升级 上传 最长 以上 充值 存款 存钱",
     "减少 降低 下降 调低 下调 最少 最小 最低 降级 下载 最短 以下 提现 取款 取钱"},
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

// Words that mean the same here; those of the row "" mean nothing, those of "?" may be said or not.
constexpr auto kSynonyms = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"",
     "possible allow able permit require necessary there each per step proper correct explain "
     "happen exist give given find use using us used put turn even also already do doing done "
     "kind type sort let take took bring have need get time times hour minute day month year "
     "hourly daily weekly monthly yearly often frequently another during while until "
     "way process look mean work via from to into reason"},
    {"?",
     "city format temperature phone shop place people person somebody someone customer network "
     "formula instruction procedure method hold press travel point option menu page button "
     "device currently now today still just really exactly actually usually please"},
    {"cost", "cost price fee charge expensive"},
    {"ship", "ship shipping deliver delivery"},
    {"open", "start begin open"},
    {"close", "end finish close closing shut"},
    {"buy", "buy purchase"},
    {"big", "big large"},
    {"max", "maximum max most largest biggest longest"},
    {"min", "minimum min least smallest shortest"},
    {"remove", "remove delete erase"},
    {"change", "change modify alter adjust edit"},
    {"photo", "photo picture image"},
    {"child", "child children kid"},
    {"quick", "quick fast"},
    {"repair", "repair fix mend"},
    {"near", "near nearest nearby"},
    {"internet", "internet online web"},
    {"wifi", "wifi wi fi wlan"},
    {"mail", "email mail"},
    {"author", "author wrote write written writer"},
    {"vaccine", "vaccine vaccination"},
    {"parcel", "parcel package"},
});

// Characters that may be said or not.
constexpr std::u32string_view kOptionalCharacters = U"城市坐弄含掉离乘搭";

// Phrases of questions in Chinese that say nothing of what is asked about; longer ones first.
constexpr auto kLightPhrases = std::to_array<std::u32string_view>({
    U"范围内",   U"百分之",   U"哪些人", U"等于多少", U"几点",   U"多长时间", U"什么时候",
    U"什么地方", U"怎么操作", U"怎么样", U"为什么",   U"是不是", U"有没有",   U"能不能",
    U"可不可以", U"需不需要", U"要不要", U"会不会",   U"是什么", U"怎么",     U"如何",
    U"怎样",     U"什么",     U"哪里",   U"哪儿",     U"哪些",   U"哪个",     U"多少",
    U"多久",     U"多长",     U"多大",   U"需要",     U"可以",   U"应该",     U"能够",
    U"操作",     U"时候",     U"时间",   U"原因",     U"地方",   U"一下",     U"这个",
    U"那个",     U"这里",     U"一个",   U"一种",     U"方法",   U"步骤",     U"办法",
    U"公式",     U"自己",     U"还是",   U"告诉",     U"知道",   U"之后",     U"里面",
    U"范围",     U"离这",     U"大约",   U"到底",     U"究竟",   U"为何",     U"何时",
    U"哪",       U"几",       U"谁",     U"要",       U"能",     U"可",       U"会",
    U"该",       U"有",       U"是",     U"在",       U"里",     U"把",       U"将",
    U"给",       U"被",       U"我",     U"你",       U"您",     U"他",       U"她",
    U"它",       U"们",       U"的",     U"了",       U"吗",     U"呢",       U"吧",
    U"啊",       U"呀",       U"么",     U"想",       U"请",     U"做",       U"用",
    U"个",       U"名",       U"次",     U"得",       U"地",     U"着",       U"过",
    U"与",       U"和",       U"跟",     U"就",       U"还",     U"都",       U"也",
    U"很",       U"才",       U"去",     U"从",       U"到",     U"成",       U"为",
    U"等",       U"于",       U"时",     U"去",       U"一",     U"二",       U"两",
    U"三",       U"四",       U"五",     U"六",       U"七",     U"八",       U"九",
    U"十",       U"百",       U"千",     U"万",       U"零",     U"好",       U"走",
    U"办",       U"上",       U"中",     U"每",       U"隔",     U"位",       U"所",
    U"支",       U"根",       U"写",     U"不",       U"没",
});

// What is asked for.
constexpr auto kAsks = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"who", "谁 作者"},
    {"when", "什么时候 几点 何时 哪天"},
    {"where", "哪里 哪儿 在哪 怎么走 什么地方"},
    {"why", "为什么 原因 为何"},
    {"long", "多久 多长时间"},
    {"many", "多少 几名 几个 几位"},
});

constexpr std::string_view kRelations = " in to into than of by on with per ";

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
    if (n > 3 && word[n - 1] == word[n - 2] && std::string_view("bdgmnprt").contains(word[n - 1])) {
      word.pop_back();
    }
  }
  cut("e", 3);
}

// Stem → what it stands for.
const std::map<std::string, std::string_view, std::less<>>& Synonyms() {
  static const auto kTable = [] {
    std::map<std::string, std::string_view, std::less<>> table;
    for (const auto& [meaning, list] : kSynonyms) {
      for (size_t at = 0; at < list.size();) {
        const size_t end = std::min(list.find(' ', at), list.size());
        std::string word(list.substr(at, end - at));
        Stem(word);
        table.try_emplace(std::move(word), meaning);
        at = end + 1;
      }
    }
    return table;
  }();
  return kTable;
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

// The length of the light phrase that `text` begins with; 0: none.
size_t LightLength(std::u32string_view text) {
  if (text.starts_with(U"等于")) return 0;
  const auto* light = std::ranges::find_if(
      kLightPhrases, [text](std::u32string_view phrase) { return text.starts_with(phrase); });
  return light == kLightPhrases.end() ? 0 : light->size();
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
    ReadContent();
    ReadAsks();
    for (Words* list : {&traits_.content, &traits_.asks, &traits_.optional}) {
      std::ranges::sort(*list);
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    for (Words* list : {&traits_.words, &traits_.names, &traits_.opposites}) {
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
    TakeWord(std::move(word));
    return end;
  }

  void TakeWord(std::string word) {
    const bool has_digit = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
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
    if (kRelations.contains(" " + word + " ")) TakeRelation(word);
    if (word == "from") return StartSlot(traits_.sources);
    if (word == "to" || word == "into") return StartSlot(traits_.targets);
    if (std::ranges::binary_search(kFunctionWords, std::string_view(word))) return;
    if (n_unspaced_ > 0) traits_.names.push_back(word);
    Stem(word);
    if (std::ranges::binary_search(kFunctionWords, std::string_view(word))) return;
    if (slot_left_ > 0) {
      --slot_left_;
      slot_->push_back(word);
    }
    TakeContent(word);
    traits_.words.push_back(std::move(word));
  }

  void TakeContent(const std::string& stem) {
    const auto& synonyms = Synonyms();
    const auto found = synonyms.find(stem);
    std::string meaning(found == synonyms.end() ? std::string_view(stem) : found->second);
    if (meaning.empty()) return;
    if (meaning == "?") {
      traits_.optional.push_back(stem);
      return;
    }
    for (auto& [word, sides] : traits_.around) sides.second.push_back(meaning);
    traits_.content.push_back(std::move(meaning));
  }

  // A word that puts two things in relation: what is said before and after it.
  void TakeRelation(const std::string& word) {
    traits_.around.try_emplace(word, traits_.content, Words());
  }

  // Of unspaced text: the characters that remain without light phrases.
  void ReadContent() {
    const std::u32string_view text = text_;
    for (size_t i = 0; i < text.size();) {
      if (!IsUnspacedCharacter(text[i])) {
        ++i;
        continue;
      }
      if (const size_t light = LightLength(text.substr(i)); light > 0) {
        i += light;
        continue;
      }
      const std::u32string_view relation = text.substr(i).starts_with(U"换算") ||
                                                   text.substr(i).starts_with(U"等于") ||
                                                   text.substr(i).starts_with(U"兑换")
                                               ? text.substr(i, 2)
                                               : text.substr(i, text[i] == U'比' ? 1 : 0);
      if (!relation.empty()) {
        TakeRelation(Utf8(relation));
        i += relation.size();
        continue;
      }
      std::string character = Utf8(text.substr(i, 1));
      if (kOptionalCharacters.contains(text[i])) {
        traits_.optional.push_back(std::move(character));
      } else {
        for (auto& [word, sides] : traits_.around) sides.second.push_back(character);
        traits_.content.push_back(std::move(character));
      }
      ++i;
    }
  }

  void ReadAsks() {
    const std::string text = Utf8(text_);
    if (n_unspaced_ > 0) {
      for (const auto& [name, list] : kAsks) {
        if (HasAnyOf(list, text)) traits_.asks.emplace_back(name);
      }
      return;
    }
    std::string padded = " ";
    for (const char c : text) padded += c >= 'a' && c <= 'z' ? c : ' ';
    padded += ' ';
    const auto has = [&padded](std::string_view words) { return padded.contains(words); };
    const auto ask = [this](bool asked, const char* name) {
      if (asked) traits_.asks.emplace_back(name);
    };
    const bool lasts = has(" how long ") || has(" how many days ") || has(" how many hours ") ||
                       has(" how many minutes ") || has(" how many weeks ");
    ask(has(" who ") || has(" whom ") || has(" author "), "who");
    ask(has(" when ") || has(" what time ") || has(" what hours ") || has(" opening hours "),
        "when");
    ask(has(" where "), "where");
    ask(has(" why ") || has(" reason "), "why");
    ask(lasts, "long");
    ask((has(" how many ") && !lasts) || has(" how much "), "many");
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
    if (c == U'不' && (std::u32string_view(U"同错仅但过好").contains(after) || before == U'差'))
      return;
    if (c == U'无' && std::u32string_view(U"线论锡").contains(after)) return;
    if (c == U'非' && std::u32string_view(U"常洲").contains(after)) return;
    if (c == U'未' && after == U'来') return;
    if (c == U'别' && (std::u32string_view(U"特区分级性类识告个").contains(before) ||
                       std::u32string_view(U"的人墅名").contains(after))) {
      return;
    }
    ++traits_.negations;
  }

  // 从 SOURCE 到 TARGET, and each alone.
  void ReadDirection(std::u32string_view run) {
    constexpr std::u32string_view kTo = U"到去飞往";
    const size_t from = run.find(U'从');
    const size_t after = from == std::u32string_view::npos ? 0 : from + 1;
    size_t to = run.find_first_of(kTo, after);
    if (to == std::u32string_view::npos) {
      for (const char32_t verb : std::u32string_view(U"译换变转改")) {
        const size_t at = run.find(std::u32string{verb, U'成'}, after);
        if (at != std::u32string_view::npos) to = at + 1;
      }
    }
    if (from != std::u32string_view::npos) {
      TakePairs(run.substr(after, to == std::u32string_view::npos ? to : to - after),
                traits_.sources);
    }
    if (to == std::u32string_view::npos) return;
    // "北京到上海": what stands before is the source as well.
    if (from == std::u32string_view::npos && run[to] == U'到') {
      TakePairs(run.substr(0, to), traits_.sources);
    }
    while (to + 1 < run.size() && kTo.contains(run[to + 1])) ++to;
    TakePairs(run.substr(to + 1), traits_.targets);
  }

  // The first characters of a place's name, in pairs, light phrases left out.
  static void TakePairs(std::u32string_view text, Words& out) {
    std::u32string name;
    for (size_t i = 0; i < text.size() && name.size() < 3;) {
      const size_t light = LightLength(text.substr(i));
      if (light == 0) name += text[i];
      i += std::max<size_t>(light, 1);
    }
    for (size_t i = 0; i + 1 < name.size(); ++i) {
      out.push_back(Utf8(std::u32string_view(name).substr(i, 2)));
    }
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
      for (size_t begin = 0; begin < list.size();) {
        const size_t end = std::min(list.find(' ', begin), list.size());
        const std::string_view word = list.substr(begin, end - begin);
        if (static_cast<uint8_t>(word[0]) >= 0x80 && text.contains(word)) {
          traits_.opposites.emplace_back(name);
        }
        begin = end + 1;
      }
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

// Whether both ask for something particular, and not the same.
bool AsksAgree(const Words& a, const Words& b) {
  if (a.empty() || b.empty()) return true;
  return std::ranges::any_of(
      a, [&b](const std::string& ask) { return std::ranges::binary_search(b, ask); });
}

size_t CountMissing(const Words& from, const Words& in) {
  return static_cast<size_t>(std::ranges::count_if(
      from, [&in](const std::string& word) { return !std::ranges::binary_search(in, word); }));
}

// Whether the same words stand in both, but for optional ones on one side.
bool ContentAgrees(const QuestionTraits& a, const QuestionTraits& b) {
  if (a.content != b.content) return false;
  return CountMissing(a.optional, b.optional) == 0 || CountMissing(b.optional, a.optional) == 0;
}

bool HasOnly(const Words& words, const Words& others, const std::string& word) {
  return std::ranges::find(words, word) != words.end() &&
         std::ranges::find(others, word) == others.end();
}

// "grams in a pound", "pounds in a gram": the same words around a relation, but the other way
// round.
bool IsReversed(const QuestionTraits& a, const QuestionTraits& b) {
  for (const auto& [word, of_a] : a.around) {
    const auto found = b.around.find(word);
    if (found == b.around.end()) continue;
    const auto& of_b = found->second;
    const bool moved_right = std::ranges::any_of(of_a.first, [&](const std::string& left) {
      return HasOnly(of_a.first, of_a.second, left) && HasOnly(of_b.second, of_b.first, left);
    });
    const bool moved_left = std::ranges::any_of(of_a.second, [&](const std::string& right) {
      return HasOnly(of_a.second, of_a.first, right) && HasOnly(of_b.first, of_b.second, right);
    });
    if (moved_right && moved_left) return true;
  }
  return false;
}

bool HasCommon(const Words& a, const Words& b) {
  return std::ranges::any_of(
      a, [&b](const std::string& word) { return std::ranges::find(b, word) != b.end(); });
}

bool DirectionsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  if (HasCommon(a.sources, b.targets) || HasCommon(b.sources, a.targets)) return false;
  const auto differ = [](const Words& one, const Words& other) {
    return !one.empty() && !other.empty() && !HasCommon(one, other);
  };
  return !differ(a.sources, b.sources) && !differ(a.targets, b.targets);
}

}  // namespace

QuestionTraits TraitsOf(std::string_view question) {
  return TraitReader(question.substr(0, kMaxQuestionBytes)).Read();
}

Sha256::Digest ContentHash(const QuestionTraits& traits) {
  Sha256 hash;
  const auto add = [&hash](std::string_view text) {
    hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  for (const std::string& word : traits.content) {
    add(word);
    add({"\0", 1});
  }
  return hash.Finish();
}

bool TraitsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return a.numbers == b.numbers && (a.negations % 2) == (b.negations % 2) &&
         OppositesAgree(a.opposites, b.opposites) && OppositesAgree(b.opposites, a.opposites) &&
         AsksAgree(a.asks, b.asks) && ContentAgrees(a, b) && !IsReversed(a, b) &&
         NamesAgree(a, b) && NamesAgree(b, a) && DirectionsAgree(a, b);
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
