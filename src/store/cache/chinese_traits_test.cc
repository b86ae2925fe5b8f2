// Tests of what light characters tell of Chinese questions.
#include "store/cache/chinese_traits.h"

#include <gtest/gtest.h>

#include "store/cache/question_traits.h"

namespace bantam::store {
namespace {

bool Agree(std::string_view a, std::string_view b) {
  return TraitsAgree(TraitsOf(a), TraitsOf(b));
}

TEST(ChineseTraitsTest, Persons) {
  EXPECT_FALSE(Agree("我的税号是多少？", "你们的税号是多少？"));
  EXPECT_FALSE(Agree("我的老师是谁？", "他的老师是谁？"));
  EXPECT_FALSE(Agree("我是谁？", "您是谁？"));
  EXPECT_FALSE(Agree("他是谁？", "他们是谁？"));
  EXPECT_FALSE(Agree("我可以退款吗？", "你们可以退款吗？"));
  EXPECT_FALSE(Agree("我需要交税吗？", "他需要交税吗？"));
  EXPECT_TRUE(Agree("你们的税号是多少？", "您的税号是多少？"));
  EXPECT_TRUE(Agree("我怎么联系你们？", "怎么联系你们？"));
  EXPECT_TRUE(Agree("我想知道你们的税号是多少", "你们的税号是多少？"));
}

TEST(ChineseTraitsTest, Aspects) {
  EXPECT_FALSE(Agree("考试开始了吗？", "考试会开始吗？"));
  EXPECT_FALSE(Agree("餐厅开门了没有？", "餐厅开门吗？"));
  EXPECT_FALSE(Agree("你去过北京吗？", "你去北京吗？"));
  EXPECT_FALSE(Agree("你去过北京吗？", "你去北京了吗？"));
  EXPECT_FALSE(Agree("他在开会吗？", "他开会吗？"));
  EXPECT_FALSE(Agree("快递什么时候到的？", "快递什么时候能到？"));
  EXPECT_FALSE(Agree("谁买的票？", "谁会买票？"));
  EXPECT_FALSE(Agree("餐厅现在开门吗？", "餐厅一直开门吗？"));
  EXPECT_TRUE(Agree("餐厅开门了吗？", "餐厅开门了没？"));
  EXPECT_TRUE(Agree("餐厅今天开门吗？", "餐厅今天会开门吗？"));
  EXPECT_TRUE(Agree("会员过期能续费吗？", "会员过期了能续费吗？"));
  EXPECT_TRUE(Agree("屏幕坏了怎么办？", "屏幕坏怎么办？"));
}

TEST(ChineseTraitsTest, VerbsAndPlaces) {
  EXPECT_FALSE(Agree("有电梯吗？", "电梯能用吗？"));
  EXPECT_FALSE(Agree("学校里有什么？", "学校是什么？"));
  EXPECT_FALSE(Agree("你们会做蛋糕吗？", "你们有蛋糕吗？"));
  EXPECT_FALSE(Agree("谁有钥匙？", "谁要钥匙？"));
  EXPECT_FALSE(Agree("钥匙在车里吗？", "钥匙在车上吗？"));
  EXPECT_FALSE(Agree("租房给别人要交税吗？", "租别人的房要交税吗？"));
  EXPECT_FALSE(Agree("厕所在几楼？", "厕所有几楼？"));
  EXPECT_FALSE(Agree("谁会游泳？", "谁要游泳？"));
  EXPECT_FALSE(Agree("怎么写简历？", "怎么做简历？"));
  EXPECT_TRUE(Agree("会员有什么好处？", "会员的好处是什么？"));
  EXPECT_TRUE(Agree("等待期有几天？", "等待期是多少天？"));
  EXPECT_TRUE(Agree("有电梯吗？", "有没有电梯？"));
  EXPECT_TRUE(Agree("在手机上怎么付款？", "在手机里怎么付款？"));
}

TEST(ChineseTraitsTest, DenialsAndThePassive) {
  EXPECT_FALSE(Agree("没付款会怎样？", "不能付款会怎样？"));
  EXPECT_FALSE(Agree("没有孩子怎么办？", "不要孩子怎么办？"));
  EXPECT_FALSE(Agree("不会游泳怎么办？", "不能游泳怎么办？"));
  EXPECT_FALSE(Agree("被投诉怎么办？", "投诉怎么办？"));
  EXPECT_FALSE(Agree("这个软件好用吗？", "这个软件能用吗？"));
  EXPECT_FALSE(Agree("地铁要等多久？", "地铁要多久？"));
  EXPECT_TRUE(Agree("账号被冻结怎么办？", "账号冻结怎么办？"));
  EXPECT_TRUE(Agree("账号被冻结怎么办？", "账号 被冻结怎么办"));
  EXPECT_TRUE(Agree("没带票怎么办？", "没有带票怎么办？"));
}

}  // namespace
}  // namespace bantam::store
