// Formats as patterns, put together from the rules of their RFCs.
#include "grammar/regex/formats.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "grammar/regex/idn.h"
#include "grammar/regex/regex_syntax.h"

namespace bantam::grammar {
namespace {

using std::string;

RegexId Parse(RegexPool& pool, const string& pattern) {
  // The patterns below are right, so this fails only where the pool is exhausted, and it says so.
  return ParseRegex(pool, pattern, Anchoring::kWhole).value_or(RegexPool::kNothing);
}

string Group(const string& pattern) {
  return "(?:" + pattern + ")";
}

string TwoDigits(int number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

// RFC 3339, 5.6 and 5.7: real months, leap years of the Gregorian calendar.
string Date() {
  const string leap_year =
      "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
  return "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
         "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" +
         leap_year + "-02-29)";
}

// RFC 3339, 5.6: hours and minutes, and the leap second where it is 23:59:60 in UTC.
RegexId Time(RegexPool& pool) {
  const string clock = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
  const string fraction = "(?:\\.[0-9]+)?";
  std::vector<RegexId> options = {
      Parse(pool, clock + ":[0-5][0-9]" + fraction + "(?:[Zz]|[+-]" + clock + ")")};
  const auto time_of = [](int minutes) {
    minutes = (minutes + 24 * 60) % (24 * 60);
    return TwoDigits(minutes / 60) + ":" + TwoDigits(minutes % 60);
  };
  const RegexId second = Parse(pool, ":60" + fraction);
  const RegexId plus = pool.Literal("+");
  const RegexId minus = pool.Literal("-");
  for (int local = 0; local < 24 * 60; ++local) {
    const int ahead = local - (23 * 60 + 59);  // of UTC
    const std::array offsets = {pool.Concat(std::array{plus, pool.Literal(time_of(ahead))}),
                                pool.Concat(std::array{minus, pool.Literal(time_of(-ahead))}),
                                ahead == 0 ? Parse(pool, "[Zz]") : RegexPool::kNothing};
    options.push_back(
        pool.Concat(std::array{pool.Literal(time_of(local)), second, pool.Either(offsets)}));
  }
  return pool.Either(options);
}

RegexId DateTime(RegexPool& pool) {
  return pool.Concat(std::array{Parse(pool, Date() + "[Tt]"), Time(pool)});
}

// RFC 3339, appendix A.
string Duration() {
  const string time = "T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)";
  const string date = "(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)";
  return "P(?:" + date + Group(time) + "?|" + time + "|[0-9]+W)";
}

// RFC 2673, 3.2.
string Ipv4() {
  const string octet = "(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
  return Group(octet + "(?:\\." + octet + "){3}");
}

// RFC 4291, 2.2, in the form of RFC 3986: "::" stands for at least one group.
string Ipv6() {
  const string h = "[0-9A-Fa-f]{1,4}";
  const string low = "(?:" + h + ":" + h + "|" + Ipv4() + ")";
  string all = "(?:" + h + ":){6}" + low;
  for (int before = 0; before <= 7; ++before) {
    // Up to `before` groups, "::", and exactly 7 - before groups (two of which may be an IPv4).
    const int after = 7 - before;
    string head;
    if (before > 0) head = "(?:(?:" + h + ":){0," + std::to_string(before - 1) + "}" + h + ")?";
    string tail;
    if (after == 1) tail = h;
    if (after >= 2) tail = "(?:" + h + ":){" + std::to_string(after - 2) + "}" + low;
    all += "|" + head + "::" + tail;
  }
  return Group(all);
}

// RFC 3492, 6.3, for the first number of a label: those of [first, last], least digit first.
RegexId PunycodeNumbers(RegexPool& pool, int first, int last) {
  const auto digit = [](int value) {
    return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
  };
  std::vector<RegexId> numbers;
  // Two digits of 35 values (their thresholds are 1), then one that ends the number.
  for (int n = first; n <= last;) {
    const int low = (n - 1) % 35;
    const int high = (n - 1) / 35;
    const int until = std::min(34, low + last - n);
    CodePointSet lowest;
    for (int value = low; value <= until; ++value) {
      const auto c = static_cast<char32_t>(digit(1 + value));
      lowest.Add(c, c);
    }
    const string rest =
        high == 0 ? "a" : string{digit(1 + (high - 1) % 35), digit((high - 1) / 35)};
    numbers.push_back(pool.Concat(std::array{pool.Class(lowest), pool.Literal(rest)}));
    n += until - low + 1;
  }
  return pool.Either(numbers);
}

// Labels in Punycode of names with one letter of Latin-1 beside some of ASCII: the number is
// (letter - 0x80) * (characters in all) + place.
RegexId LatinPunycode(RegexPool& pool) {
  constexpr int kMostAscii = 30;  // so that the number has at most three digits
  constexpr std::array<std::array<int, 2>, 2> kLetters = {{{0xDF, 0xF6}, {0xF8, 0xFF}}};
  std::vector<RegexId> labels;
  const RegexId ascii = Parse(pool, "[a-z0-9]+(?:-[a-z0-9]+)*");
  for (int n = 1; n <= kMostAscii; ++n) {
    const auto length = static_cast<uint64_t>(n);
    std::vector<RegexId> numbers;
    for (const auto& [first, last] : kLetters) {
      numbers.push_back(
          PunycodeNumbers(pool, (first - 0x80) * (n + 1), (last - 0x80) * (n + 1) + n));
    }
    labels.push_back(pool.Concat(
        std::array{pool.Literal("xn--"), pool.Both(std::array{ascii, pool.Length(length, length)}),
                   pool.Literal("-"), pool.Either(numbers)}));
  }
  return pool.Either(labels);
}

// RFC 1123, 2.1: letters, digits and hyphens, 63 to a label, 253 in all. Labels with hyphens in
// their third and fourth place are reserved (RFC 5890, 2.3.1) but for Punycode, and of that only
// what stands for no ASCII characters, or for one letter of Latin-1 beside them, is taken.
RegexId Hostname(RegexPool& pool) {
  const string reserved = "(?!..--)";
  const string label = reserved + "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const string puny = "[Xx][Nn]--[a-z0-9]{4,59}";
  const RegexId one =
      pool.Either(std::array{Parse(pool, "(?:" + label + "|" + puny + ")"), LatinPunycode(pool)});
  const RegexId more = pool.Concat(std::array{pool.Literal("."), one});
  const RegexId all = pool.Concat(std::array{one, pool.Repeat(more, 0, RegexPool::kUnbounded)});
  return pool.Both(std::array{all, pool.Length(1, 253)});
}

// RFC 5321, 4.1.2 with 4.5.3.1.1; RFC 6531 where `international`.
RegexId Email(RegexPool& pool, bool international) {
  const string wide = international ? "\\u{A0}-\\u{10FFFF}" : "";
  const string atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~" + wide + "-]+";
  const string quoted = "\"(?:[ !#-\\[\\]-~" + wide + "]|\\\\[ -~])*\"";
  const RegexId local = pool.Both(std::array{
      Parse(pool, "(?:" + atom + "(?:\\." + atom + ")*|" + quoted + ")"),
      pool.Length(1, international ? 21 : 64)});  // octets, of which a character may take three
  const RegexId literal = Parse(pool, "\\[(?:" + Ipv4() + "|IPv6:" + Ipv6() + ")\\]");
  const RegexId host = international ? IdnHostname(pool) : Hostname(pool);
  const RegexId domain = pool.Either(std::array{host, Hostname(pool), literal});
  return pool.Concat(std::array{local, pool.Literal("@"), domain});
}

// RFC 3986, appendix A; RFC 3987, 2.2 where `international`.
string Uri(bool international, bool relative) {
  const string planes = [] {  // ucschar, from plane 1 on
    string ranges;
    const string digits = "123456789ABCDE";
    for (const char d : digits) {
      const string first = d == 'E' ? "E1000" : string(1, d) + "0000";
      ranges += "\\u{" + first + "}-\\u{" + d + "FFFD}";
    }
    return ranges;
  }();
  const string wide = international ? "\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF" + planes : "";
  const string secret =
      international ? "\\uE000-\\uF8FF\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}" : "";
  const string unreserved = "A-Za-z0-9._~" + wide;
  const string sub = "!$&'()*+,;=";
  const string percent = "%[0-9A-Fa-f]{2}";
  const string of_path = "(?:[" + unreserved + sub + ":@-]|" + percent + ")";
  const string user = "(?:[" + unreserved + sub + ":-]|" + percent + ")*";
  const string name = "(?:[" + unreserved + sub + "-]|" + percent + ")*";
  const string future = "[Vv][0-9A-Fa-f]+\\.[A-Za-z0-9._~" + sub + ":-]+";
  const string host = "(?:\\[(?:" + Ipv6() + "|" + future + ")\\]|" + name + ")";
  const string authority = "(?:" + user + "@)?" + host + "(?::[0-9]*)?";
  const string segments = "(?:/" + of_path + "*)*";
  const string rooted = "//" + authority + segments + "|/(?:" + of_path + "+" + segments + ")?|";
  const string no_scheme = "(?:[" + unreserved + sub + "@-]|" + percent + ")+" + segments;
  const string query = "(?:\\?(?:" + of_path + "|[/?" + secret + "])*)?";
  const string fragment = "(?:#(?:" + of_path + "|[/?])*)?";
  const string absolute = "[A-Za-z][A-Za-z0-9+.-]*:(?:" + rooted + of_path + "+" + segments + "|)";
  if (!relative) return absolute + query + fragment;
  return "(?:" + absolute + "|" + rooted + no_scheme + "|)" + query + fragment;
}

// RFC 6570, 1.5 and 2, with a class of operators: the RFC keeps =,!@| for later.
string UriTemplate(const string& operators = "[+#./;?&]") {
  const string percent = "%[0-9A-Fa-f]{2}";
  const string literal =
      "(?:[!#$&(-;=?-\\[\\]_a-z~\\u00A0-\\uD7FF\\uE000-\\uFDCF\\uFDF0-\\uFFEF"
      "\\u{10000}-\\u{1FFFD}\\u{20000}-\\u{2FFFD}\\u{30000}-\\u{3FFFD}\\u{F0000}-\\u{FFFFD}]|" +
      percent + ")";
  const string character = "(?:[A-Za-z0-9_]|" + percent + ")";
  const string variable = character + "(?:\\.?" + character + ")*(?::[1-9][0-9]{0,3}|\\*)?";
  return "(?:" + literal + "|\\{" + operators + "?" + variable + "(?:," + variable + ")*\\})*";
}

// RFC 6901, 3 and 5.
string JsonPointer() {
  return "(?:/(?:[^/~]|~[01])*)*";
}

// draft-bhutton-relative-json-pointer-00, 3; without index manipulation, which draft 7 has not.
string RelativeJsonPointer() {
  return "(?:0|[1-9][0-9]*)(?:#|" + JsonPointer() + ")";
}

// RFC 4122, 3.
string Uuid() {
  return "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
}

constexpr int kMostGroups = 3;  // of a regular expression, within each other

// ECMA-262, 22.2.1 with the u flag, as far as it is regular: groups within three others, one with a
// name, back references to the first; of the properties, general categories and some scripts.
RegexId Regex(RegexPool& pool) {
  const string property =
      "(?:(?:gc=|General_Category=)?(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?"
      "|Z[lps]?)|(?:sc|scx|Script|Script_Extensions)=(?:Latin|Greek|Cyrillic|Arabic|Hebrew|Han"
      "|Hiragana|Katakana|Hangul|Thai|Devanagari)|Alphabetic|Lowercase|Uppercase|White_Space|ASCII"
      "|Any|Emoji|ID_Start|ID_Continue)";
  const string escape =
      "(?:\\\\(?:[dDwWsSfnrtv^$\\\\.*+?()\\[\\]{}|/]|x[0-9A-Fa-f]{2}|c[A-Za-z]|u[0-9A-Fa-f]{4}"
      "|u\\{0{0,3}[0-9A-Fa-f]{1,5}\\}|[pP]\\{" +
      property + "\\}))";
  string ranges;  // of two characters in order, with nothing that needs an escape
  for (const string ends : {"az", "AZ", "09"}) {
    for (char first = ends[0]; first <= ends[1]; ++first) {
      ranges += string(1, first) + "-[" + first + "-" + ends[1] + "]|";
    }
  }
  // A hyphen only at the end, so that it makes no other range.
  const string set = "\\[\\^?(?:" + ranges + "[^\\\\\\]\\[^-]|" + escape + ")*-?\\]";
  string in_order;  // n,m
  for (char n = '0'; n <= '9'; ++n) {
    in_order += string(1, n) + ",(?:[" + n + "-9]|[1-9][0-9]{1,3})|";
  }
  const string quantifier = "(?:(?:[*+?]|\\{(?:" + in_order + "[0-9]{1,4},?)\\})\\?{0,1})?";
  const string atom = "(?:[^\\^$\\\\.*+?()\\[\\]{}|]|\\.|\\\\1|" + escape + "|" + set + ")";
  const RegexId plain = Parse(pool, atom + quantifier + "|[\\^$]|\\\\[bB]");
  const RegexId count = Parse(pool, quantifier);
  const auto many = [&](RegexId id) { return pool.Repeat(id, 0, RegexPool::kUnbounded); };
  const auto join = [&](std::initializer_list<RegexId> parts) {
    return pool.Concat(std::span(parts.begin(), parts.size()));
  };
  RegexId terms = many(plain);
  const auto options = [&] { return join({terms, many(join({pool.Literal("|"), terms}))}); };
  for (int depth = 0; depth < kMostGroups; ++depth) {
    const RegexId rest = join({options(), pool.Literal(")")});
    const RegexId group =
        join({Parse(pool, "\\((?:\\?:|\\?<[A-Za-z_$][A-Za-z0-9_$]*>)?"), rest, count});
    const RegexId around = join({Parse(pool, "\\(\\?<?[=!]"), rest});
    terms = many(pool.Either(std::array{plain, group, around}));
  }
  const auto any = [&](const string& pattern) { return Parse(pool, pattern + "[\\s\\S]*"); };
  const string before_group =
      "(?:[^\\\\\\[(]|\\\\[\\s\\S]|\\[(?:[^\\\\\\]]|\\\\[\\s\\S])*\\]|\\(\\?[:=!]|\\(\\?<[=!])*";
  const RegexId two_names = any("[\\s\\S]*\\(\\?<[^=!][\\s\\S]*\\(\\?<[^=!]");
  const RegexId large_reference = any("[\\s\\S]*\\\\1[0-9]");
  const RegexId refers = any("[\\s\\S]*\\\\1");
  const RegexId captures = any(before_group + "\\((?:[^?]|\\?<[^=!])");
  return pool.Both(std::array{options(), pool.Not(two_names), pool.Not(large_reference),
                              pool.Either(std::array{pool.Not(refers), captures})});
}

// What may be a name with a label in Punycode, or (`international`) with letters beyond ASCII.
string UndecidedHost(bool international) {
  const string wide = international ? "\\u{80}-\\u{10FFFF}" : "";
  const string characters = "[A-Za-z0-9." + wide + "-]*";
  const string dot = international ? "[.\\u3002\\uFF0E\\uFF61]" : "\\.";
  const string puny = "(?:" + characters + dot + ")?[Xx][Nn]--" + characters;
  return Group(international ? puny + "|" + characters + "[" + wide + "]" + characters : puny);
}

// Whatever may be a regular expression: escapes, sets and braces of quantifiers are whole, and
// groups are closed, unless more are open than are counted here.
RegexId UndecidedRegex(RegexPool& pool) {
  const RegexId plain = Parse(pool, R"([^\\\[\](){}]|\\[\s\S]|\\[pPu]\{[^{}]*\})"
                                    R"(|\[(?:[^\\\]]|\\[\s\S])*\]|\{[0-9]+(?:,[0-9]*)?\})");
  const auto many = [&](RegexId id) { return pool.Repeat(id, 0, RegexPool::kUnbounded); };
  const RegexId open = pool.Literal("(");
  std::vector<RegexId> levels = {many(plain)};  // texts with so many groups in each other, at most
  for (int depth = 0; depth < kMostGroups + 1; ++depth) {
    const RegexId group = pool.Concat(std::array{open, levels.back(), pool.Literal(")")});
    levels.push_back(many(pool.Either(std::array{plain, group})));
  }
  RegexId deep = RegexPool::kAnything;
  for (const RegexId level : levels) deep = pool.Concat(std::array{level, open, deep});
  return pool.Either(std::array{levels.back(), deep});
}

RegexId PossibleTexts(RegexPool& pool, std::string_view format) {
  if (format == "hostname") return Parse(pool, UndecidedHost(/*international=*/false));
  if (format == "idn-hostname") return Parse(pool, UndecidedHost(/*international=*/true));
  if (format == "email") {
    return Parse(pool, "[ -~]+@" + UndecidedHost(/*international=*/false));
  }
  if (format == "idn-email") {
    const string any = "[ -~\\u{80}-\\u{10FFFF}]+";
    const std::array both = {
        Parse(pool, any + "@" + any),
        ParseRegex(pool, "[\\u{80}-\\u{10FFFF}]|[Xx][Nn]--", Anchoring::kSearch)
            .value_or(RegexPool::kNothing)};
    return pool.Both(both);
  }
  if (format == "uri-template") return Parse(pool, UriTemplate("[+#./;?&=,!@|]"));
  // With index manipulation.
  if (format == "relative-json-pointer") {
    return Parse(pool, "(?:0|[1-9][0-9]*)[+-][0-9]+(?:#|" + JsonPointer() + ")");
  }
  if (format == "regex") return UndecidedRegex(pool);
  return RegexPool::kNothing;
}

}  // namespace

bool IsPartFormat(std::string_view format) {
  constexpr std::array kPart = {"hostname",     "idn-hostname",          "email", "idn-email",
                                "uri-template", "relative-json-pointer", "regex"};
  return std::ranges::find(kPart, format) != kPart.end();
}

RegexId UndecidedTexts(RegexPool& pool, std::string_view format) {
  if (!IsPartFormat(format)) return RegexPool::kNothing;
  const std::array both = {PossibleTexts(pool, format),
                           pool.Not(FormatRegex(pool, format).value_or(RegexPool::kNothing))};
  return pool.Both(both);
}

std::optional<RegexId> FormatRegex(RegexPool& pool, std::string_view format) {
  if (format == "date") return Parse(pool, Date());
  if (format == "time") return Time(pool);
  if (format == "date-time") return DateTime(pool);
  if (format == "duration") return Parse(pool, Duration());
  if (format == "email") return Email(pool, /*international=*/false);
  if (format == "idn-email") {
    return pool.Either(std::array{Email(pool, /*international=*/true), Email(pool, false)});
  }
  if (format == "hostname") return Hostname(pool);
  if (format == "idn-hostname") return IdnHostname(pool);
  if (format == "ipv4") return Parse(pool, Ipv4());
  if (format == "ipv6") return Parse(pool, Ipv6());
  if (format == "uri") return Parse(pool, Uri(/*international=*/false, /*relative=*/false));
  if (format == "uri-reference") return Parse(pool, Uri(false, /*relative=*/true));
  if (format == "iri") return Parse(pool, Uri(/*international=*/true, false));
  if (format == "iri-reference") return Parse(pool, Uri(true, true));
  if (format == "uri-template") return Parse(pool, UriTemplate());
  if (format == "uuid") return Parse(pool, Uuid());
  if (format == "json-pointer") return Parse(pool, JsonPointer());
  if (format == "relative-json-pointer") return Parse(pool, RelativeJsonPointer());
  if (format == "regex") return Regex(pool);
  return std::nullopt;
}

}  // namespace bantam::grammar
