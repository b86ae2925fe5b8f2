// Tests of the canonical form of questions and of what must agree between similar ones.
#include "store/cache/question_form.h"

#include <gtest/gtest.h>

#include "store/cache/question_traits.h"

namespace bantam::store {
namespace {

void ExpectSame(std::string_view a, std::string_view b) {
  EXPECT_EQ(QuestionForm(a), QuestionForm(b)) << a << " | " << b;
  EXPECT_NE(QuestionForm(a), "") << a;
}

void ExpectOther(std::string_view a, std::string_view b) {
  EXPECT_NE(QuestionForm(a), QuestionForm(b)) << a << " | " << b;
}

TEST(QuestionFormTest, Spelling) {
  ExpectSame("How are you?", "ＨＯＷ　ＡＲＥ　ＹＯＵ？？");
  ExpectSame("caf\u00E9", "CAFE\u0301");
  ExpectSame("ｶﾞｲﾄﾞ", "ガイド");
  ExpectSame("ÉCOLE", "école");
  ExpectSame("ПРИВЕТ", "привет");
  ExpectSame("Don't go", "don’t go!");
  ExpectSame("“你好吗？”", "你 好 吗");
  ExpectSame("用Python写", "用 python 写");
  ExpectSame("an,  b; c", "An. b c");
  ExpectSame("  How are you?\n", "How are you?");
  ExpectSame("How many Mb is it?", "how many Mb is it");
  ExpectSame("WHO AM I?", "Who am I?");
  ExpectSame("AT 9 A.M.", "at 9 a.m.");
  ExpectSame("Is C++ hard?", "is c++ hard?");
  ExpectSame("What Is An X-Ray?", "what is an x-ray?");
  ExpectSame("I Don'T Know A Name", "i don't know a name");
  ExpectSame("soft\u00ADhyphen", "softhyphen");
}

TEST(QuestionFormTest, Politeness) {
  ExpectSame("Where is it?", "Hi, where is it? Thanks!");
  ExpectSame("Where is it?", "hello where is it please");
  ExpectSame("Where is it?",
             "Excuse me, could you please tell me, where is it? Thank you very much.");
  ExpectSame("怎么走？", "你好，请问怎么走？谢谢！");
  ExpectSame("怎么走？", "您好！麻烦问一下，怎么走？非常感谢。");
  ExpectSame("打开空调", "请打开空调");
}

TEST(QuestionFormTest, PolitenessThatIsTheSubject) {
  ExpectOther("How do I say please?", "How do I say thanks?");
  ExpectOther("How do I say please?", "How do I say");
  ExpectOther("谢谢用英语怎么说？", "你好用英语怎么说？");
  ExpectOther("“请问”怎么写？", "怎么写？");
  ExpectOther("Hello in French", "in French");
  ExpectOther("Hello Kitty", "Kitty");
  ExpectOther("请假怎么请", "假怎么请");
  ExpectOther("Translate into German: Hello, thank you", "Translate into German: Hello");
  ExpectOther("Translate into German: Hello, thank you.", "Translate into German: Hello, thanks.");
  ExpectOther("Thank you. Translate into French.", "Hello. Translate into French.");
  ExpectOther("What is the tone: great work, thanks", "What is the tone: great work");
  ExpectOther("翻译成英语：麻烦你了，谢谢", "翻译成英语：麻烦你了");
  ExpectOther("请把这句话翻译成英语：好，谢谢。", "请把这句话翻译成英语：好。");
  ExpectSame("Translate 'sea' into German", "Please translate 'sea' into German");
  for (const char* text : {"thanks", "谢谢", "请问", "please please", "你好！", "Hi, thanks."}) {
    EXPECT_NE(QuestionForm(text), "") << text;
  }
}

TEST(QuestionFormTest, WhatMatters) {
  ExpectOther("3.14", "314");
  ExpectOther("is 1,5 ok", "is 15 ok");
  ExpectOther("1、2", "12");
  ExpectOther("1 2", "12");
  ExpectOther("-5 degrees", "5 degrees");
  ExpectOther("C++", "C");
  ExpectOther("C#", "C");
  ExpectOther(".net", "net");
  ExpectOther("5!", "5");
  ExpectOther("f(x)", "f x");
  ExpectOther("10:30", "1030");
  ExpectOther("can", "can't");
  ExpectOther("were", "we're");
  ExpectOther("x²", "x2");
  ExpectOther("能用吗", "不能用吗");
  ExpectOther("Does the US pay?", "Does the us pay?");
  ExpectOther("résumé", "resume");
  ExpectOther("node.js", "nodejs");
  ExpectOther("What is !x in C?", "What is x in C?");
  ExpectOther("C语言里!x是什么", "C语言里x是什么");
  ExpectOther("What does ?. do?", "What does . do?");
  ExpectOther("What does ?? do?", "What does ? do?");
  ExpectOther("What is ??", "What is ?");
  ExpectOther("What does a?.b mean?", "What does a.b mean?");
  ExpectOther("What is n! here", "What is n here");
  ExpectOther("5 - 3", "5, 3");
  ExpectOther("5 – 3", "5, 3");
  ExpectOther("“、”怎么用", "“；”怎么用");
  ExpectOther("How many cm are 6'?", "How many cm are 6\"?");
  ExpectOther("How many cm are 6\"?", "How many cm are 6?");
  ExpectOther("What's 6' in cm?", "What's 6 in cm?");
  ExpectSame("What is \"route 6\"?", "What is route 6?");
  ExpectSame("the 90's", "the 90’s");
  ExpectSame("What is 5!?", "What is 5!");
  ExpectSame("Comment ça va ?", "Comment ça va?");
}

TEST(QuestionFormTest, CaseThatMatters) {
  ExpectOther("ASCII code of A", "ASCII code of a");
  ExpectOther("What is A in ASCII?", "What is a in ASCII?");
  ExpectOther("A的ASCII码", "a的ASCII码");
  ExpectOther("How many mW are there?", "How many MW are there?");
  ExpectOther("How large is 8 Mb?", "How large is 8 MB?");
  ExpectOther("5G", "5g");
  ExpectOther("What is 5 mΩ?", "What is 5 MΩ?");
  ExpectOther("Сколько это 3 мВт?", "Сколько это 3 МВт?");
  ExpectSame("Есть ли 3 Варианта?", "есть ли 3 варианта?");
  ExpectOther("What is Δ in maths?", "What is δ in maths?");
  ExpectOther("what is getName", "what is getname");
}

TEST(QuestionFormTest, CodeAndLinesCountAsWritten) {
  ExpectOther("if x:\n  a\nb", "if x:\n  a\n  b");
  ExpectOther("What does `a  b` print?", "What does `a b` print?");
  ExpectOther("print('a  b')", "print('a b')");
  ExpectOther("What is f(X)?", "What is f(x)?");
  ExpectOther("Sort:\nb\na", "Sort: b a");
}

TEST(QuestionFormTest, AnyBytes) {
  EXPECT_EQ(QuestionForm(""), "");
  EXPECT_EQ(QuestionForm(" \t?!。"), "");
  EXPECT_EQ(QuestionForm(std::string(kMaxQuestionBytes + 1, 'a')), "");
  EXPECT_NE(QuestionForm("\xFF\xFE a"), "");
  for (const char* text : {"Hi, thanks, 请问…", "\"", "“”", "- - -", "e\u0301\u0301", "?a?b!c"}) {
    EXPECT_EQ(QuestionForm(QuestionForm(text)), QuestionForm(text)) << text;
  }
}

void ExpectAgree(std::string_view a, std::string_view b, bool agree) {
  EXPECT_EQ(TraitsAgree(TraitsOf(a), TraitsOf(b)), agree) << a << " | " << b;
  EXPECT_EQ(TraitsAgree(TraitsOf(b), TraitsOf(a)), agree) << b << " | " << a;
}

TEST(QuestionTraitsTest, WhatMustAgree) {
  ExpectAgree("How can I add a user?", "What is the way to add a user?", true);
  ExpectAgree("Within 2 days?", "Within two days?", true);
  ExpectAgree("三十天内可以退货吗", "30天内能退货吗", true);
  ExpectAgree("一百二十天", "120天", true);
  ExpectAgree("Within 2 days?", "Within 3 days?", false);
  ExpectAgree("Within 2 days?", "Within 2 weeks?", false);
  ExpectAgree("周一几点开门", "周二几点开门", false);
  ExpectAgree("Can I smoke here?", "Can't I smoke here?", false);
  ExpectAgree("能不能退货", "可以退货吗", true);
  ExpectAgree("能退货吗", "不能退货吗", false);
  ExpectAgree("a train from Rome to Paris", "a train from Paris to Rome", false);
  ExpectAgree("a train from Rome to Paris", "a train to Rome from Paris", false);
  ExpectAgree("a train from Rome to Paris", "a train to Paris from Rome", true);
  ExpectAgree("从北京到上海", "从上海到北京", false);
  ExpectAgree("How many grams in a pound?", "How many pounds in a gram?", false);
  ExpectAgree("How do I turn on the lamp?", "How do I turn off the lamp?", false);
  ExpectAgree("Who wrote Hamlet?", "When was Hamlet written?", false);
  ExpectAgree("Is the Berlin office open?", "Is the Munich office open?", false);
  ExpectAgree("What does `a b` do?", "What does `a b` do?", false);
}

TEST(QuestionTraitsTest, WordsWithOneStemAlone) {
  const auto agree = [](std::string_view a, std::string_view b) {
    return TraitsAgree(TraitsOf("Where can I buy " + std::string(a) + "?"),
                       TraitsOf("Where can I buy " + std::string(b) + "?"));
  };
  EXPECT_FALSE(agree("a car", "care"));
  EXPECT_FALSE(agree("a plan", "a plane"));
  EXPECT_FALSE(agree("a kit", "kites"));
  EXPECT_FALSE(agree("tape", "taps"));
  EXPECT_FALSE(agree("a park", "parking"));
  EXPECT_FALSE(agree("a dress", "dressing"));
  EXPECT_FALSE(agree("a train", "a training"));
  EXPECT_FALSE(agree("glass", "glasses"));
  EXPECT_FALSE(agree("a theme", "it"));
  EXPECT_FALSE(agree("cans", "it"));
  EXPECT_TRUE(agree("a tube", "tubes"));
  EXPECT_TRUE(agree("boxes", "a box"));
  EXPECT_TRUE(agree("buses", "a bus"));
  EXPECT_TRUE(agree("a building", "buildings"));
  EXPECT_TRUE(TraitsAgree(TraitsOf("How do I prune roses?"), TraitsOf("rose pruning")));
  EXPECT_TRUE(TraitsAgree(TraitsOf("How do I close an account?"),
                          TraitsOf("How do I get an account closed?")));
}

TEST(QuestionTraitsTest, OperatorsMustAgree) {
  ExpectAgree("What does ?. do?", "What does . do?", false);
  ExpectAgree("What is n! here?", "What is n here?", false);
  ExpectAgree("“、”怎么用？", "“；”怎么用？", false);
  ExpectAgree("Where is the check-in, please?", "Where is check in?", true);
}

TEST(QuestionTraitsTest, OrderThatMatters) {
  ExpectAgree("Is A larger than B?", "Is B larger than A?", false);
  ExpectAgree("is a larger than b", "is b larger than a", false);
  ExpectAgree("Why did the dog bite the man?", "Why did the man bite the dog?", false);
  ExpectAgree("Why did the dog bite the man?", "What made the man bite the dog?", false);
  ExpectAgree("Does Tom like Anna?", "Does Anna like Tom?", false);
  ExpectAgree("Is Tom Anna's brother?", "Is Anna Tom's brother?", false);
  ExpectAgree("Is a tomato a fruit?", "Is a fruit a tomato?", false);
  ExpectAgree("Is the dog's owner rich?", "Is the owner's dog rich?", false);
  ExpectAgree("What is milk chocolate?", "What is chocolate milk?", false);
  ExpectAgree("Who hit Tom?", "Who did Tom hit?", false);
  ExpectAgree("Who hit Tom?", "Who has Tom been hitting?", false);
  ExpectAgree("How much do I owe the bank?", "How much does the bank owe me?", false);
  ExpectAgree("Do I call him?", "Does he call me?", false);
  ExpectAgree("Do you like me?", "Do I like you?", false);
  ExpectAgree("Should I tell my boss?", "Should my boss tell me?", false);
  ExpectAgree("谁打了小明？", "小明打了谁？", false);
  ExpectAgree("我欠银行多少钱？", "银行欠我多少钱？", false);
  ExpectAgree("他比她高多少？", "她比他高多少？", false);
  ExpectAgree("猫被狗咬了吗", "狗被猫咬了吗", false);
  ExpectAgree("谁的爸爸是小明？", "小明的爸爸是谁？", false);
  ExpectAgree("小明是小红的什么人", "小红是小明的什么人", false);
}

TEST(QuestionTraitsTest, OrderThatDoesNot) {
  ExpectAgree("What is the capital of Australia?", "What is Australia's capital?", true);
  ExpectAgree("When does it close on Fridays?", "On Fridays, when does it close?", true);
  ExpectAgree("How often should I water a cactus?", "How often should a cactus be watered?", true);
  ExpectAgree("What should I do if my card is lost?", "My card is lost, what should I do?", true);
  ExpectAgree("How do I delete my account?", "How do I have my account deleted?", true);
  ExpectAgree("Can I change it after ordering?", "Can it be changed after I ordered?", true);
  ExpectAgree("怎么重置密码？", "密码怎么重置？", true);
  ExpectAgree("《红楼梦》的作者是谁？", "谁是《红楼梦》的作者？", true);
}

TEST(QuestionTraitsTest, AnyBytes) {
  for (const char* text :
       {"", "\xFF", "从", "到", "from", "n't", "'s", "一二三四五六七八九十百千万亿亿亿",
        "万万万万万万万万万万万万万万万万"}) {
    ExpectAgree(text, text, true);
  }
}

}  // namespace
}  // namespace bantam::store
