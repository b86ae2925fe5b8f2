// Tests of what questions ask for, and of the phrases that tell it.
#include "store/cache/question_frame.h"

#include <gtest/gtest.h>

#include "store/cache/phrase_rules.h"
#include "store/cache/question_form.h"
#include "store/cache/question_traits.h"

namespace bantam::store {
namespace {

std::string KindsOf(std::string_view question) {
  std::string kinds;
  for (const std::string& kind : FrameOf(QuestionClauses(question), false).kinds) {
    kinds += (kinds.empty() ? "" : " + ") + kind;
  }
  return kinds;
}

bool Agree(std::string_view a, std::string_view b) {
  return TraitsAgree(TraitsOf(a), TraitsOf(b));
}

TEST(QuestionFrameTest, EnglishKinds) {
  EXPECT_EQ(KindsOf("How do I clean the oven?"), "how");
  EXPECT_EQ(KindsOf("What is the best way to clean the oven?"), "how");
  EXPECT_EQ(KindsOf("I want to clean the oven. What do I do?"), "how");
  EXPECT_EQ(KindsOf("The oven is dirty. What do I do?"), "do");
  EXPECT_EQ(KindsOf("How does hail form?"), "how");
  EXPECT_EQ(KindsOf("How often should I clean the oven?"), "often");
  EXPECT_EQ(KindsOf("How long does it take to clean the oven?"), "long");
  EXPECT_EQ(KindsOf("How many minutes does it take?"), "long");
  EXPECT_EQ(KindsOf("How many minutes of calls do I get?"), "many");
  EXPECT_EQ(KindsOf("How much is the oven?"), "price");
  EXPECT_EQ(KindsOf("What does a clean oven cost?"), "price");
  EXPECT_EQ(KindsOf("How much water does the oven need?"), "much");
  EXPECT_EQ(KindsOf("What is the depth of the lake?"), "deep");
  EXPECT_EQ(KindsOf("lake depth"), "deep");
  EXPECT_EQ(KindsOf("At what time does it open?"), "when:hour");
  EXPECT_EQ(KindsOf("When it rains, where do I go?"), "where");
  EXPECT_EQ(KindsOf("Why isn't it open?"), "why");
  EXPECT_EQ(KindsOf("By whom was it found?"), "who");
  EXPECT_EQ(KindsOf("The person who found it got what?"), "what");
  EXPECT_EQ(KindsOf("What is it for?"), "what for");
  EXPECT_EQ(KindsOf("If it rains, can't I stay?"), "whether");
  EXPECT_EQ(KindsOf("Could you tell me why it rains?"), "why");
  EXPECT_EQ(KindsOf("oven cleaning"), "");
}

TEST(QuestionFrameTest, ChineseKinds) {
  EXPECT_EQ(KindsOf("空调滤网怎么清洗？"), "how");
  EXPECT_EQ(KindsOf("清洗滤网的方法是什么？"), "how");
  EXPECT_EQ(KindsOf("空调滤网多久清洗一次？"), "often");
  EXPECT_EQ(KindsOf("清洗一次滤网要多长时间？"), "long");
  EXPECT_EQ(KindsOf("滤网坏了咋办？"), "do");
  EXPECT_EQ(KindsOf("我想换滤网，怎么办？"), "how");
  EXPECT_EQ(KindsOf("滤网为啥会坏？"), "why");
  EXPECT_EQ(KindsOf("滤网多少钱？"), "price");
  EXPECT_EQ(KindsOf("有几个滤网？"), "many");
  EXPECT_EQ(KindsOf("你们几点开门？"), "when:hour");
  EXPECT_EQ(KindsOf("你们何时开门？"), "when");
  EXPECT_EQ(KindsOf("滤网在哪里？"), "where");
  EXPECT_EQ(KindsOf("滤网能不能洗？"), "whether");
  EXPECT_EQ(KindsOf("你们开不开门"), "whether");
  EXPECT_EQ(KindsOf("滤网清洗"), "");
}

TEST(QuestionFrameTest, OtherKindsAreOtherQuestions) {
  EXPECT_FALSE(Agree("How do I clean the oven?", "How often should I clean the oven?"));
  EXPECT_FALSE(
      Agree("Can I take my bicycle on the train?", "Where on the train do I put my bicycle?"));
  EXPECT_FALSE(Agree("What is the longest river?", "How long is the longest river?"));
  EXPECT_FALSE(Agree("Do I need a visa?", "Do I have a visa?"));
  EXPECT_FALSE(Agree("When can I pay the rent?", "When must I pay the rent?"));
  EXPECT_FALSE(Agree("When will the parcel arrive?", "When did the parcel arrive?"));
  EXPECT_FALSE(Agree("What is penicillin?", "What is penicillin for?"));
  EXPECT_FALSE(Agree("空调滤网怎么清洗？", "空调滤网多久清洗一次？"));
  EXPECT_FALSE(Agree("多大可以租车？", "可以租多大的车？"));
  EXPECT_FALSE(Agree("电脑为什么会蓝屏？", "电脑蓝屏了怎么办？"));
  EXPECT_FALSE(Agree("oven cleaning", "How often should I clean the oven?"));
}

TEST(QuestionFrameTest, KindsNearEachOther) {
  EXPECT_FALSE(Agree("How old is the church?", "How big is the church?"));
  EXPECT_FALSE(Agree("How high is the tower?", "How much is the tower?"));
  EXPECT_FALSE(Agree("How much is rent?", "What is rent?"));
  EXPECT_FALSE(Agree("How hot is the lake?", "How cold is the lake?"));
  EXPECT_FALSE(Agree("Where can I change my tyres?", "How do I change my tyres?"));
  EXPECT_FALSE(Agree("Who uses the gym?", "Who may use the gym?"));
  EXPECT_FALSE(Agree("What happened?", "What will happen?"));
  EXPECT_TRUE(Agree("Where can I change my password?", "How do I change my password?"));
  EXPECT_TRUE(Agree("How high is the price of the tour?", "How much is the tour?"));
}

TEST(QuestionFrameTest, OneKindInOtherWords) {
  EXPECT_TRUE(Agree("How do I clean the oven?", "What are the steps to clean the oven?"));
  EXPECT_TRUE(Agree("How do I clean the oven?", "I'd like to clean the oven, how does that work?"));
  EXPECT_TRUE(Agree("How do I clean the oven?", "Hello, how can I clean the oven? Thanks!"));
  EXPECT_TRUE(Agree("怎么重置密码？", "你好，密码怎么重置？谢谢！"));
  EXPECT_TRUE(Agree("Is gift wrapping available?", "gift wrapping?"));
  EXPECT_TRUE(Agree("What time does the bar close?", "When does the bar close?"));
  EXPECT_TRUE(Agree("Can I freeze rice?", "Is it possible to freeze rice?"));
  EXPECT_TRUE(Agree("How do I turn on the oven?", "How can I switch the oven on?"));
  EXPECT_TRUE(Agree("你们几点开门？", "你们什么时候开门？"));
  EXPECT_TRUE(Agree("滤网能洗吗？", "滤网可不可以洗？"));
  EXPECT_TRUE(Agree("怎么重置密码？", "请问密码如何重设？"));
  EXPECT_TRUE(Agree("滤网多久能寄到？", "滤网多长时间能寄到"));
}

TEST(QuestionFrameTest, LightVerbsDoNotStandForEachOtherNorForNone) {
  EXPECT_FALSE(Agree("Does the heating work?", "Is there heating?"));
  EXPECT_FALSE(Agree("Is there a printer?", "Is the printer working?"));
  EXPECT_FALSE(Agree("Can I bring a camera?", "Can I use a camera?"));
  EXPECT_FALSE(Agree("Do you take credit cards?", "Do you have credit cards?"));
  EXPECT_FALSE(Agree("What do I need for the trip?", "What do I get for the trip?"));
  EXPECT_FALSE(Agree("What does a notary need?", "What is a notary?"));
  EXPECT_FALSE(Agree("Do dogs like cats?", "Do dogs have cats?"));
  EXPECT_FALSE(Agree("Where do I make a complaint?", "Where do I find my complaint?"));
  EXPECT_FALSE(Agree("How do I get a work permit?", "How do I get a permit?"));
  EXPECT_TRUE(Agree("Do you have a pool?", "Is there a pool?"));
  EXPECT_TRUE(Agree("Can I take liquids on the plane?", "Are liquids allowed on the plane?"));
  EXPECT_TRUE(Agree("Do I need a visa?", "Is a visa required?"));
  EXPECT_TRUE(Agree("Where can I find the pool?", "Where is the pool?"));
  EXPECT_TRUE(Agree("How do I make a payment?", "How do I pay?"));
}

TEST(QuestionFrameTest, PrepositionsThatMatter) {
  EXPECT_FALSE(Agree("Can I pay with the gift card?", "Can I pay for the gift card?"));
  EXPECT_FALSE(Agree("Can I rent from you?", "Can I rent to you?"));
  EXPECT_FALSE(Agree("Is the key in the box?", "Is the key on the box?"));
  EXPECT_FALSE(Agree("Is the shop in the church?", "Is the shop by the church?"));
  EXPECT_FALSE(Agree("Do I have to pay on Friday?", "Do I have to pay by Friday?"));
  EXPECT_FALSE(Agree("Can I eat during the flight?", "Can I eat until the flight?"));
  EXPECT_FALSE(Agree("Can I come in 2 weeks?", "Can I come for 2 weeks?"));
  EXPECT_FALSE(Agree("Can I come in a week?", "Can I come for a week?"));
  EXPECT_FALSE(Agree("Can I pay in euros?", "Can I pay for euros?"));
  EXPECT_FALSE(Agree("Is the film about a book?", "Is the book about a film?"));
  EXPECT_FALSE(Agree("Do you have a dog or a cat?", "Do you have a dog and a cat?"));
  EXPECT_TRUE(Agree("Can I sleep in the train?", "Can I sleep on the train?"));
  EXPECT_TRUE(Agree("Can I pay by card?", "Can I pay with a card?"));
  EXPECT_TRUE(Agree("Do you open at night?", "Do you open during the night?"));
}

TEST(QuestionFrameTest, WordsThatDoNotStandForEachOther) {
  EXPECT_FALSE(Agree("How do I open the car?", "How do I start the car?"));
  EXPECT_FALSE(Agree("How do I pick a lock?", "How do I select a lock?"));
  EXPECT_FALSE(Agree("What is your email address?", "What is your mail address?"));
  EXPECT_FALSE(Agree("How do I pay online?", "How do I pay the internet?"));
  EXPECT_FALSE(Agree("Are tablets covered?", "Are pills covered?"));
  EXPECT_FALSE(Agree("Is there underground parking?", "Is there subway parking?"));
  EXPECT_FALSE(Agree("How do I cook flat noodles?", "How do I cook apartment noodles?"));
  EXPECT_FALSE(Agree("Is there a kids menu?", "Are there kids?"));
  EXPECT_FALSE(Agree("How much is the tour?", "How much is the tour per person?"));
  EXPECT_FALSE(Agree("How much is parking?", "How much is parking per day?"));
  EXPECT_TRUE(Agree("What is your email address?", "What is your e-mail address?"));
  EXPECT_TRUE(Agree("What does the plan cost per month?", "What is the monthly cost of the plan?"));
}

TEST(QuestionFrameTest, WhoDoesWhatToWhom) {
  EXPECT_FALSE(Agree("Was the cat bitten by the dog?", "Did the cat bite the dog?"));
  EXPECT_FALSE(Agree("Who invited Tom?", "Who was invited by Tom?"));
  EXPECT_FALSE(Agree("When am I paid?", "When do I pay?"));
  EXPECT_FALSE(Agree("How do I pay you?", "How do you pay me?"));
  EXPECT_FALSE(Agree("怎么联系客服？", "客服怎么联系我？"));
  EXPECT_FALSE(Agree("What should I eat?", "What have I eaten?"));
  EXPECT_FALSE(Agree("How do I track Tom?", "How does Tom track?"));
  EXPECT_FALSE(Agree("Are two coupons allowed per order?", "Can I use a coupon for two orders?"));
  EXPECT_FALSE(Agree("A pound is how many grams?", "How many pounds are in a gram?"));
  EXPECT_FALSE(Agree("Are dogs allowed in the office?", "Can I take my dog from the office?"));
  EXPECT_FALSE(Agree("What is the way to the airport?", "How do I get from the airport?"));
  EXPECT_FALSE(Agree("How long can I use the visa?", "How long does it take to get the visa?"));
  EXPECT_FALSE(Agree("How do I use the washer?", "How do I find the washer?"));
  EXPECT_FALSE(Agree("Is the shop open until 5?", "Is the shop open from 5?"));
  EXPECT_FALSE(Agree("谁查了小明？", "小明查了谁？"));
  EXPECT_FALSE(Agree("怎么给小明退款？", "小明怎么给我退款？"));
  EXPECT_FALSE(Agree("一斤是多少克？", "一克是多少斤？"));

  EXPECT_TRUE(Agree("Is rent paid by the tenant?", "Does the tenant pay rent?"));
  EXPECT_TRUE(Agree("How often do I change the oil?", "How often must I get the oil changed?"));
  EXPECT_TRUE(Agree("How do I track a parcel?", "parcel tracking"));
  EXPECT_TRUE(Agree("怎么查询余额？", "余额查询"));
  EXPECT_TRUE(Agree("银行周六开门吗？", "周六银行开不开门？"));
}

TEST(QuestionFrameTest, WhoseItIsAndWhoDoesIt) {
  EXPECT_FALSE(Agree("What is your account number?", "What is my account number?"));
  EXPECT_FALSE(Agree("Can my dog sleep in your bed?", "Can your dog sleep in my bed?"));
  EXPECT_FALSE(Agree("Do you clean my room?", "Do I clean my room?"));
  EXPECT_FALSE(Agree("Can I use your phone?", "Can you use my phone?"));
  EXPECT_FALSE(Agree("Can I cancel an order?", "Can the shop cancel an order?"));
  EXPECT_FALSE(Agree("Can I cancel an order?", "Can somebody cancel an order?"));
  EXPECT_FALSE(Agree("What if my train is late?", "What if I am late for my train?"));
  EXPECT_FALSE(Agree("Where is your office?", "Where is our office?"));
  EXPECT_FALSE(Agree("Is the room for me?", "Is the room for you?"));

  EXPECT_TRUE(Agree("How do I delete my account?", "How can we delete an account?"));
  EXPECT_TRUE(Agree("Could you tell me how I delete my account?", "How do I delete my account?"));
  EXPECT_TRUE(Agree("Can I return shoes?", "Can shoes be returned?"));
}

TEST(QuestionFrameTest, ChineseDenials) {
  EXPECT_FALSE(Agree("可以打疫苗吗？", "可以不打疫苗吗？"));
  EXPECT_FALSE(Agree("孩子可以睡午觉吗？", "孩子可以不睡午觉吗？"));
  EXPECT_FALSE(Agree("银行开门吗？", "银行不开门吗？"));
  EXPECT_TRUE(Agree("可以打疫苗吗？", "打疫苗可以不？"));
  EXPECT_TRUE(Agree("可以打疫苗吗？", "可以不可以打疫苗？"));
  EXPECT_TRUE(Agree("可以打疫苗吗？", "打疫苗行不？"));
}

TEST(QuestionFrameTest, ChineseDaysAges) {
  EXPECT_FALSE(Agree("今天是星期几？", "今天是几号？"));
  EXPECT_TRUE(Agree("今天是星期几？", "今天是周几？"));
  EXPECT_TRUE(Agree("发工资是哪天？", "发工资是几号？"));
  EXPECT_FALSE(Agree("这座桥多大？", "这座桥多少岁？"));
  EXPECT_TRUE(Agree("孩子多大可以上学？", "孩子几岁可以上学？"));
  EXPECT_TRUE(Agree("多大可以租车？", "几岁可以租车？"));
  EXPECT_FALSE(Agree("考试时间是什么？", "考试是什么？"));
  EXPECT_TRUE(Agree("考试时间是什么时候？", "考试是什么时候？"));
}

TEST(QuestionFrameTest, ChineseWordsThatAreNotTheSame) {
  EXPECT_FALSE(Agree("怎么出租房子？", "怎么租房子？"));
  EXPECT_FALSE(Agree("电脑配置怎么看？", "电脑设置怎么看？"));
  EXPECT_FALSE(Agree("行李箱多少钱？", "行李多少钱？"));
  EXPECT_FALSE(Agree("饭店有房间吗？", "餐厅有房间吗？"));
  EXPECT_FALSE(Agree("手机有哪些型号？", "手机有哪些规格？"));
  EXPECT_FALSE(Agree("怎么激活手机？", "怎么打开手机？"));
  EXPECT_TRUE(Agree("怎么激活会员？", "怎么开通会员？"));
}

TEST(QuestionFrameTest, ChineseCharactersWithinWords) {
  EXPECT_FALSE(Agree("离职证明怎么开？", "在职证明怎么开？"));
  EXPECT_FALSE(Agree("职工证明怎么开？", "在职职工证明怎么开？"));
  EXPECT_FALSE(Agree("什么时候离开学校？", "什么时候开学校？"));
  EXPECT_FALSE(Agree("把手怎么洗？", "手怎么洗？"));
  EXPECT_FALSE(Agree("掉头发怎么办？", "头发怎么办？"));
  EXPECT_FALSE(Agree("城管电话是多少？", "管电话是多少？"));
  EXPECT_FALSE(Agree("可以坐着睡吗？", "可以睡着吗？"));
  EXPECT_FALSE(Agree("怎么弄湿纸巾？", "湿纸巾怎么弄？"));
  EXPECT_FALSE(Agree("服务范围是什么？", "服务是什么？"));
  EXPECT_FALSE(Agree("还能退票吗？", "能退票吗？"));
  EXPECT_FALSE(Agree("他写的书叫什么？", "写他的书叫什么？"));
  EXPECT_TRUE(Agree("怎么取消订单？", "怎么把订单取消？"));
  EXPECT_TRUE(Agree("怎么重置手机？", "怎么把手机重置？"));
  EXPECT_TRUE(Agree("坐地铁怎么去机场？", "地铁怎么去机场？"));
  EXPECT_TRUE(Agree("酒店离机场多远？", "酒店到机场多远？"));
}

TEST(PhraseRulesTest, GapsAnchorsAndWhatStays) {
  constexpr PhraseRule kTable[] = {
      {"on", "turn * on $", "enable *"},
      {"of", "how many =days of", ""},
      {"days", "how many =days", "long"},
      {"", "^ so? please", ""},
  };
  const WordRules rules(kTable, U"-");
  const auto apply = [&rules](std::u32string_view text) {
    const Rewritten out = rules.Apply(text);
    std::string names;
    for (const std::string& name : out.names) names += name + ";";
    return std::pair(out.text, names);
  };
  EXPECT_EQ(apply(U"turn the oven on, ok"),
            std::pair(std::u32string(U"-enable the oven, ok"), std::string("on;")));
  EXPECT_EQ(apply(U"turn on the left"),
            std::pair(std::u32string(U"turn on the left"), std::string()));
  EXPECT_EQ(apply(U"how many days of"),
            std::pair(std::u32string(U"- days of"), std::string("of;")));
  EXPECT_EQ(apply(U"how many days"),
            std::pair(std::u32string(U"-long days"), std::string("days;")));
  EXPECT_EQ(apply(U"so please go, please"), std::pair(std::u32string(U" go, "), std::string()));
  EXPECT_EQ(apply(U"do please go"), std::pair(std::u32string(U"do please go"), std::string()));
}

TEST(PhraseRulesTest, LongestPhraseOfCharacters) {
  constexpr PhraseRule kTable[] = {
      {"a", "什么 ^请", ""}, {"b", "什么时候", "何"}, {"c", "不$", ""}};
  const CharacterRules rules(kTable);
  EXPECT_EQ(rules.Apply(U"请什么时候来").text, U"何来");
  EXPECT_EQ(rules.Apply(U"宴请什么").text, U"宴请");
  EXPECT_EQ(rules.Apply(U"不来不").text, U"不来");
  EXPECT_EQ(rules.Apply(U"不来不").names, std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace bantam::store
