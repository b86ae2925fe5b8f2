// The Chinese words by which questions are compared. Whoever changes them raises the version in
// cache_file.cc: hashes in old files rest on them.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include "store/cache/opposites.h"

namespace bantam::store {

inline constexpr std::u32string_view kFunctionCharacters =
    U"的了吗呢吧啊呀是我你您他她它们什么怎哪请样";

inline constexpr auto kChineseOpposites = std::to_array<Opposites>({
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
    U"遭到",     U"大概",     U"使用",     U"进行",     U"关于",     U"对于",     U"想要",
    U"一直",     U"哪",       U"几",       U"谁",       U"要",       U"能",       U"可",
    U"会",       U"该",       U"有",       U"是",       U"在",       U"里",       U"把",
    U"将",       U"给",       U"被",       U"我",       U"你",       U"您",       U"他",
    U"她",       U"它",       U"们",       U"的",       U"了",       U"吗",       U"呢",
    U"吧",       U"啊",       U"呀",       U"么",       U"想",       U"请",       U"做",
    U"用",       U"个",       U"名",       U"次",       U"得",       U"地",       U"着",
    U"过",       U"与",       U"和",       U"跟",       U"就",       U"还",       U"都",
    U"也",       U"很",       U"才",       U"去",       U"从",       U"到",       U"成",
    U"为",       U"等",       U"于",       U"时",       U"一",       U"二",       U"两",
    U"三",       U"四",       U"五",       U"六",       U"七",       U"八",       U"九",
    U"十",       U"百",       U"千",       U"万",       U"零",       U"好",       U"走",
    U"办",       U"上",       U"中",       U"每",       U"隔",       U"位",       U"所",
    U"支",       U"根",       U"写",       U"不",       U"没",
});

static_assert(std::ranges::is_sorted(kLightPhrases, std::greater{}, &std::u32string_view::size));

// What people do with things: 查询余额 is 余额查询.
inline constexpr std::string_view kChineseActions =
    "查 改 换 删除 打开 关闭 重置 买 付款 退 退款 预订 寄 连 下载 上传 添加 注销 续费 登录 恢复 "
    "清洗 安装 卸载 导出 导入 取消 申请 办理 更新 升级 修 维修 "
    "补办 打印 充值 兑换 转 转账 设置 绑定 解绑 提高 降低 开具 种 炖 煮 浇 扦插 解冻 报销 打款 "
    "退钱 存储 修理 计算 算 领 投诉 评价 移机 共享 赔 补";

// Times, which stand before or after what happens then.
inline constexpr std::string_view kChineseTimes =
    "周一 周日 周末 今天 明天 昨天 今年 去年 明年 早上 晚上 中午 下午 上午 冬天 夏天 春天 秋天 "
    "每周 "
    "每天 每年 节假日 工作日";

}  // namespace bantam::store
