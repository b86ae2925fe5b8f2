// Words of which no two agree in rewordings: opposites, and units.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace bantam::store {

// Opposites: words of one row and side mean one thing here, those of the other side its opposite.
struct Opposites {
  std::string_view name;
  std::string_view one;  // separated by blanks
  std::string_view other;
};

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

// Verbs that are no content where they stand alone, but do not stand for each other, nor for none:
// only "have", "there is" and what offers a thing say no more than that.
inline constexpr auto kLightVerbs = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"verb:use", "use uses used using"},
    {"verb:get", "get gets getting obtain acquire"},
    {"verb:find", "find finds finding"},
    {"verb:give", "give gives giving gave given"},
    {"verb:put", "put puts putting"},
    {"verb:make", "make makes making made"},
    {"verb:take",
     "take takes taking took taken bring brings bringing brought carry carries carrying"},
    {"verb:need", "need needs needed require requires required necessary requirement requirements"},
    {"verb:work", "work works working worked"},
    {"verb:let", "let lets letting"},
    {"verb:turn", "turn turns turning turned"},
    {"verb:like", "like likes liked"},
    {"verb:want", "want wants wanted"},
    {"verb:explain", "explain explains explained"},
});

}  // namespace bantam::store
