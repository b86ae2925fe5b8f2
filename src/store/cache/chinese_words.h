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

// Characters that may be said or not; of kVehicleVerbs those before a vehicle alone.
inline constexpr std::u32string_view kOptionalCharacters = U"城市含";
inline constexpr std::u32string_view kVehicleVerbs = U"坐乘搭";
inline constexpr auto kVehicles = std::to_array<std::u32string_view>(
    {U"地铁", U"公交", U"车", U"火车", U"高铁", U"动车", U"飞机", U"船", U"轮", U"渡", U"大巴",
     U"出租", U"电梯", U"电车", U"航班"});

// Words in which characters count that say nothing where they stand alone: 把 in 把手, 在 in 在职.
inline constexpr auto kWholeWords = std::to_array<std::u32string_view>({
    U"在职", U"在校", U"在读", U"在岗", U"在编", U"在建", U"在途", U"在册", U"把手", U"车把",
    U"拖把", U"火把", U"把握", U"睡着", U"打的", U"目的", U"的士", U"网上", U"城管", U"城墙",
    U"城堡", U"城乡", U"长城", U"市长", U"市场", U"市民", U"市区", U"超市", U"夜市", U"股市",
    U"会员", U"会计", U"会议", U"社会", U"机会", U"工会", U"宴会", U"晚会", U"协会", U"聚会",
    U"约会", U"开会", U"退会", U"入会", U"会费", U"要求", U"要点", U"重要", U"主要", U"摘要",
    U"有线", U"有机", U"有效", U"有限", U"有毒", U"有害", U"有用", U"有氧", U"所有", U"拥有",
    U"公有", U"私有", U"用户", U"用品", U"用途", U"用人", U"信用", U"公用", U"专用", U"商用",
    U"家用", U"民用", U"用电", U"用水", U"用气", U"用量", U"用法", U"里程", U"公里", U"英里",
    U"海里", U"上海", U"上班", U"上学", U"上课", U"上网", U"上车", U"上楼", U"上传", U"上门",
    U"上市", U"上诉", U"中国", U"中心", U"中文", U"中医", U"中学", U"中考", U"中奖", U"中药",
    U"中级", U"初中", U"高中", U"空中", U"地铁", U"地址", U"地图", U"地震", U"地板", U"工地",
    U"土地", U"过期", U"过敏", U"过户", U"过滤", U"过年", U"过关", U"过境", U"过时", U"经过",
    U"通过", U"超过", U"和平", U"和解", U"就业", U"就诊", U"就医", U"首都", U"成都", U"都市",
    U"去世", U"到期", U"到账", U"报到", U"迟到", U"成绩", U"成人", U"成年", U"成本", U"成立",
    U"位置", U"单位", U"席位", U"车位", U"学位", U"所得", U"厕所", U"支付", U"支票", U"支架",
    U"根号", U"想象", U"请假", U"邀请", U"申请", U"被子", U"将军", U"给付", U"供给", U"好友",
    U"好评", U"爱好", U"走廊", U"办公", U"举办", U"隔离", U"隔壁", U"每股", U"等级", U"等待",
    U"平等", U"时装", U"准时", U"及时", U"临时", U"名单", U"名片", U"名额", U"报名", U"签名",
    U"域名", U"姓名", U"名字", U"次日", U"着火", U"着急", U"着凉", U"可乐", U"可可", U"可靠",
    U"许可", U"认可", U"是非", U"能源", U"能量", U"功能", U"性能", U"智能", U"节能", U"做饭",
    U"从业", U"从事", U"跟踪", U"也门", U"我国", U"其他", U"吉他", U"他人", U"得奖", U"获得",
    U"心得", U"关心", U"有关",
});

// Where a character of such a word is one of its own: "把手机…", "有机会".
inline constexpr auto kNoWholeWords = std::to_array<std::u32string_view>(
    {U"把手机", U"把手续", U"把手表", U"把手套", U"把手里", U"把手上", U"把手工",
     U"在校园", U"在校门", U"打的电", U"打的车", U"到期末", U"有机会", U"有用户",
     U"有用品", U"上学校", U"上课程", U"有关门", U"有关闭", U"有限制"});

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
    U"里面",     U"离这",     U"大约",     U"到底",     U"究竟",     U"为何",     U"何时",
    U"的话",     U"一共",     U"总共",     U"总计",     U"现在",     U"目前",     U"一般",
    U"通常",     U"突然",     U"老是",     U"总是",     U"我家",     U"咱们",     U"这张",
    U"这件",     U"这款",     U"这台",     U"那张",     U"那件",     U"这家",     U"遭到",
    U"大概",     U"使用",     U"进行",     U"关于",     U"对于",     U"想要",     U"一直",
    U"哪",       U"几",       U"谁",       U"要",       U"能",       U"可",       U"会",
    U"该",       U"有",       U"是",       U"在",       U"里",       U"把",       U"将",
    U"给",       U"被",       U"我",       U"你",       U"您",       U"他",       U"她",
    U"它",       U"们",       U"的",       U"了",       U"吗",       U"呢",       U"吧",
    U"啊",       U"呀",       U"么",       U"想",       U"请",       U"做",       U"用",
    U"个",       U"名",       U"次",       U"得",       U"地",       U"着",       U"过",
    U"与",       U"和",       U"跟",       U"就",       U"都",       U"也",       U"很",
    U"才",       U"去",       U"从",       U"到",       U"成",       U"为",       U"于",
    U"时",       U"一",       U"二",       U"两",       U"三",       U"四",       U"五",
    U"六",       U"七",       U"八",       U"九",       U"十",       U"百",       U"千",
    U"万",       U"零",       U"好",       U"走",       U"办",       U"上",       U"中",
    U"每",       U"隔",       U"位",       U"所",       U"支",       U"根",       U"不",
    U"没",
});

static_assert(std::ranges::is_sorted(kLightPhrases, std::greater{}, &std::u32string_view::size));

// What people do with things: 查询余额 is 余额查询.
inline constexpr std::string_view kChineseActions =
    "查 改 换 删除 打开 开通 关闭 重置 买 付款 退 退款 预订 寄 连 下载 上传 添加 注销 续费 登录 "
    "恢复 "
    "清洗 安装 卸载 导出 导入 取消 申请 办理 更新 升级 修 维修 "
    "补办 打印 充值 兑换 转 转账 设置 绑定 解绑 提高 降低 开具 种 炖 煮 浇 扦插 解冻 报销 打款 "
    "退钱 存储 修理 计算 算 领 投诉 评价 移机 共享 赔 补";

// Times, which stand before or after what happens then.
inline constexpr std::string_view kChineseTimes =
    "周一 周日 周末 今天 明天 昨天 今年 去年 明年 早上 晚上 中午 下午 上午 冬天 夏天 春天 秋天 "
    "每周 "
    "每天 每年 节假日 工作日";

}  // namespace bantam::store
