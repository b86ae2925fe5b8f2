// The words by which questions are compared, in English and Chinese: tables, and how they are
// asked. Whoever changes them raises the version in cache_file.cc: hashes in old files rest on
// them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bantam::store {

// Sorted. Words a question may have or not without meaning anything else.
inline constexpr auto kFunctionWords = std::to_array<std::string_view>({
    "a",    "about", "am",      "an",    "and",   "any",   "are",  "as",    "at",    "be",
    "been", "being", "by",      "can",   "could", "d",     "did",  "do",    "does",  "doing",
    "for",  "get",   "getting", "go",    "going", "got",   "had",  "has",   "have",  "having",
    "how",  "i",     "if",      "in",    "is",    "it",    "its",  "know",  "like",  "ll",
    "long", "m",     "made",    "make",  "many",  "may",   "me",   "might", "mine",  "much",
    "must", "my",    "need",    "of",    "on",    "one",   "or",   "ought", "our",   "please",
    "re",   "shall", "should",  "so",    "some",  "tell",  "than", "that",  "the",   "their",
    "them", "then",  "there",   "these", "they",  "thing", "this", "those", "to",    "us",
    "ve",   "want",  "was",     "way",   "we",    "were",  "what", "when",  "where", "which",
    "who",  "why",   "will",    "with",  "would", "you",   "your", "yours",
});
static_assert(std::ranges::is_sorted(kFunctionWords));

inline constexpr std::u32string_view kFunctionCharacters =
    U"的了吗呢吧啊呀是我你您他她它们什么怎哪请样";

inline constexpr auto kNumberWords = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"zero", "0"},        {"two", "2"},           {"three", "3"},   {"four", "4"},
    {"five", "5"},        {"six", "6"},           {"seven", "7"},   {"eight", "8"},
    {"nine", "9"},        {"ten", "10"},          {"eleven", "11"}, {"twelve", "12"},
    {"fifteen", "15"},    {"twenty", "20"},       {"thirty", "30"}, {"forty", "40"},
    {"fifty", "50"},      {"sixty", "60"},        {"ninety", "90"}, {"hundred", "100"},
    {"thousand", "1000"}, {"million", "1000000"}, {"half", "1/2"},  {"first", "1."},
    {"second", "2."},     {"third", "3."},        {"1st", "1."},    {"2nd", "2."},
    {"3rd", "3."},        {"twice", "2"},         {"double", "2"},  {"dozen", "12"},
});

inline constexpr auto kNegations = std::to_array<std::string_view>({
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
inline constexpr auto kOpposites = std::to_array<Opposites>({
    {"open", "open opening opens start starts starting begin begins",
     "close closing closes closed end ends ending finish"},
    {"on", "enable enabling activate activating", "disable disabling deactivate deactivating"},
    {"more",
     "increase raise higher up more maximum max highest most above upgrade upload longest largest "
     "biggest tallest",
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
inline constexpr auto kUnits = std::to_array<std::pair<std::string_view, std::string_view>>({
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
inline constexpr auto kSynonyms = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"",
     "possible allow able permit require necessary there each per step proper correct explain "
     "happen exist give given find use using us used put turn even also already do doing done "
     "kind type sort let take took bring have need get time times hour minute day month year "
     "hourly daily weekly monthly yearly often frequently another during while until "
     "way process look appear mean work via from to into reason alright okay ok carry inside "
     "itself "
     "myself "
     "yourself"},
    {"?",
     "city format temperature phone shop place people person somebody someone customer network "
     "formula instruction procedure method hold press travel point option menu page button "
     "device currently now today still just really exactly actually usually please normally "
     "own normal standard typically generally roughly approximately simply directly"},
    {"cost", "cost price fee expensive costly"},
    {"ship", "ship shipping deliver delivery"},
    {"open", "open start begin begun began"},
    {"close", "close end finish close closing shut"},
    {"buy", "buy purchase bought"},
    {"big", "big large huge"},
    {"max", "max maximum max most largest biggest longest"},
    {"min", "min minimum min least smallest shortest"},
    {"remove", "remove delete erase wipe deletion removal"},
    {"change", "change modify alter adjust edit switch"},
    {"replace", "replace swap replacement exchange"},
    {"photo", "photo picture image photograph"},
    {"child", "child children kid kids"},
    {"pupil", "pupil student"},
    {"quick", "quick fast rapid speedy"},
    {"repair", "repair fix mend"},
    {"near", "near nearest nearby closest"},
    {"internet", "internet online web"},
    {"mail", "mail email"},
    {"author", "author wrote write written writer"},
    {"vaccine", "vaccine vaccination"},
    {"parcel", "parcel package packet"},
    {"coupon", "coupon voucher"},
    {"cancel", "cancel cancellation canceled cancelled terminate termination"},
    {"book", "book booking reserve reservation"},
    {"submit", "submit submission lodge"},
    {"pause", "pause suspend suspension"},
    {"extend", "extend extension prolong"},
    {"restart", "restart reboot"},
    {"salary", "salary wage wages"},
    {"car", "car automobile"},
    {"bicycle", "bicycle bike"},
    {"stroller", "stroller pram pushchair"},
    {"sofa", "sofa couch"},
    {"film", "film movie"},
    {"fridge", "fridge refrigerator"},
    {"tv", "tv television telly"},
    {"phone", "phone telephone smartphone cellphone"},
    {"laptop", "laptop notebook"},
    {"computer", "computer pc"},
    {"tyre", "tyre tire"},
    {"colour", "colour color"},
    {"centre", "centre center"},
    {"licence", "licence license"},
    {"program", "program programme"},
    {"theatre", "theatre theater"},
    {"neighbour", "neighbour neighbor"},
    {"litre", "litre liter"},
    {"metre", "metre meter"},
    {"kilometre", "kilometre kilometer"},
    {"flavour", "flavour flavor"},
    {"aluminium", "aluminium aluminum"},
    {"favourite", "favourite favorite"},
    {"luggage", "luggage baggage"},
    {"apartment", "apartment flat"},
    {"lift", "lift elevator"},
    {"petrol", "petrol gasoline"},
    {"motorway", "motorway freeway"},
    {"pharmacy", "pharmacy drugstore"},
    {"lawyer", "lawyer attorney"},

    {"toilet", "toilet restroom washroom"},
    {"subway", "subway underground"},
    {"customer", "customer client"},
    {"company", "company firm"},
    {"sick", "sick ill unwell"},
    {"defective", "defective faulty broken"},
    {"small", "small little tiny"},
    {"register", "register registration enrol enroll enrolment"},
    {"install", "install installation installing"},
    {"activate", "activate activation enable"},
    {"disable", "disable deactivate deactivation"},
    {"verify", "verify verification"},
    {"confirm", "confirm confirmation"},
    {"renew", "renew renewal"},
    {"refund", "refund reimburse reimbursement refunded"},
    {"pay", "pay paid payment"},
    {"insurance", "insurance insure insured"},
    {"connect", "connect connection"},
    {"convert", "convert conversion"},
    {"translate", "translate translation"},
    {"arrive", "arrive arrival"},
    {"depart", "depart departure"},
    {"reject", "reject rejection decline refuse refusal deny denied denial"},
    {"discover", "discover discovery"},
    {"measure", "measure measurement"},
    {"differ", "differ difference"},
    {"lose", "lose lost losing"},
    {"steal", "steal stole stolen theft"},
    {"forget", "forget forgot forgotten"},
    {"send", "send sent"},
    {"sell", "sell sold"},
    {"build", "build built construct"},
    {"grow", "grow grew grown"},
    {"freeze", "freeze froze frozen freezing"},
    {"drive", "drive drove driven"},
    {"eat", "eat ate eaten"},
    {"drink", "drink drank drunk"},
    {"keep", "keep kept retain retention"},
    {"wear", "wear wore worn"},
    {"choose", "choose chose chosen"},
    {"sink", "sink sank sunk"},
    {"tooth", "tooth teeth"},
    {"foot", "foot feet"},
    {"win", "win won"},
    {"bite", "bite bitten"},
    {"die", "die died dying death"},
    {"approve", "approve approval"},
    {"expire", "expire expiry expiration"},
    {"valid", "valid validity"},
    {"document", "document paperwork"},
    {"rent", "rent rental rented hire hired lease"},
    {"lamp", "lamp light"},
    {"flash", "flash blink"},
    {"highest", "highest tallest"},
    {"apply", "apply application applying applied"},
    {"recover", "recover recovery"},
    {"subscribe", "subscribe subscription"},
    {"repay", "repay repayment"},
    {"withdraw", "withdraw withdrawal"},
    {"deduct", "deduct deduction"},
    {"treat", "treat treatment"},
    {"compose", "compose composed"},
    {"fail", "fail failure"},
    {"transfer", "transfer transferring"},
    {"upgrade", "upgrade upgrading"},
    {"extra", "extra additional"},
    {"reply", "reply answer"},
    {"trousers", "trousers pants"},
    {"garbage", "garbage trash rubbish"},
    {"jam", "jam jammed"},
    {"permanent", "permanent permanently forever"},
    {"temporary", "temporary temporarily"},
    {"automatic", "automatic automatically"},
});

// Characters that may be said or not.
inline constexpr std::u32string_view kOptionalCharacters = U"城市坐弄含掉离乘搭";

// Phrases of questions in Chinese that say nothing of what is asked about; longer ones first.
inline constexpr auto kLightPhrases = std::to_array<std::u32string_view>({
    U"等于多少", U"多长时间", U"什么时候", U"什么地方", U"怎么操作", U"可不可以", U"需不需要",
    U"范围内",   U"百分之",   U"哪些人",   U"怎么样",   U"为什么",   U"是不是",   U"有没有",
    U"能不能",   U"要不要",   U"会不会",   U"是什么",   U"我们家",   U"几点",     U"怎么",
    U"如何",     U"怎样",     U"什么",     U"哪里",     U"哪儿",     U"哪些",     U"哪个",
    U"多少",     U"多久",     U"多长",     U"多大",     U"需要",     U"可以",     U"应该",
    U"能够",     U"操作",     U"时候",     U"时间",     U"原因",     U"地方",     U"一下",
    U"这个",     U"那个",     U"这里",     U"一个",     U"一种",     U"方法",     U"步骤",
    U"办法",     U"公式",     U"自己",     U"还是",     U"告诉",     U"知道",     U"之后",
    U"里面",     U"范围",     U"离这",     U"大约",     U"到底",     U"究竟",     U"为何",
    U"何时",     U"的话",     U"一共",     U"总共",     U"总计",     U"现在",     U"目前",
    U"一般",     U"通常",     U"突然",     U"老是",     U"总是",     U"我家",     U"咱们",
    U"这张",     U"这件",     U"这款",     U"这台",     U"那张",     U"那件",     U"这家",
    U"遭到",     U"出来",     U"下来",     U"大概",     U"使用",     U"进行",     U"关于",
    U"对于",     U"想要",     U"一直",     U"哪",       U"几",       U"谁",       U"要",
    U"能",       U"可",       U"会",       U"该",       U"有",       U"是",       U"在",
    U"里",       U"把",       U"将",       U"给",       U"被",       U"我",       U"你",
    U"您",       U"他",       U"她",       U"它",       U"们",       U"的",       U"了",
    U"吗",       U"呢",       U"吧",       U"啊",       U"呀",       U"么",       U"想",
    U"请",       U"做",       U"用",       U"个",       U"名",       U"次",       U"得",
    U"地",       U"着",       U"过",       U"与",       U"和",       U"跟",       U"就",
    U"还",       U"都",       U"也",       U"很",       U"才",       U"去",       U"从",
    U"到",       U"成",       U"为",       U"等",       U"于",       U"时",       U"一",
    U"二",       U"两",       U"三",       U"四",       U"五",       U"六",       U"七",
    U"八",       U"九",       U"十",       U"百",       U"千",       U"万",       U"零",
    U"好",       U"走",       U"办",       U"上",       U"中",       U"每",       U"隔",
    U"位",       U"所",       U"支",       U"根",       U"写",       U"不",       U"没",
});

static_assert(std::ranges::is_sorted(kLightPhrases, std::greater{}, &std::u32string_view::size));

// What people do with things: "track a parcel" is "parcel tracking".
inline constexpr std::string_view kActions =
    "water clean reset track cancel remove change prune wash book export import install update "
    "upgrade renew repair replace enable disable setup activate verify freeze boil cook roast "
    "plant "
    "feed extend transfer return pay register submit report restart connect print scan download "
    "upload restore recover pause buy rent collect translate convert descale treat calculate move "
    "record save share sell ship withdraw apply tune deduct approve "
    "查 改 换 删除 打开 关闭 重置 买 付款 退 退款 预订 寄 连 下载 上传 添加 注销 续费 登录 恢复 "
    "清洗 安装 卸载 导出 导入 "
    "取消 申请 办理 更新 升级 修 维修 补办 打印 充值 兑换 转 转账 设置 绑定 解绑 提高 降低 开具 种 "
    "炖 煮 浇 扦插 解冻 "
    "报销 计算 算 领 投诉 评价 移机 共享 赔 补";

// Times, which stand before or after what happens then.
inline constexpr std::string_view kTimes =
    "周一 周末 今天 明天 昨天 今年 去年 明年 早上 晚上 中午 下午 上午 冬天 夏天 春天 秋天 每周 "
    "每天 每年 节假日 工作日";

inline constexpr std::string_view kRelations = " in to into than of by on with per ";

// Whether `word` is one of the words of a list (separated by blanks).
bool HasWord(std::string_view list, std::string_view word);

// Whether one of the list's words stands somewhere in `text`.
bool HasAnyOf(std::string_view list, std::string_view text);

// Cuts an English word to a stem both "scheduled" and "schedules" come to.
void Stem(std::string& word);

// What a stem stands for: itself, or the first column of kSynonyms.
std::string_view MeaningOf(std::string_view stem);

// The length of the light phrase that `text` begins with; 0: none.
size_t LightLength(std::u32string_view text);

// 零, 一 … 九, 两; -1: none.
int ChineseDigit(char32_t c);

// 十, 百, 千, 万; 0: none.
int64_t ChineseUnit(char32_t c);

}  // namespace bantam::store
