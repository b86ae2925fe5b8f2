// Formats as patterns, put together from the rules of their RFCs.
#include "grammar/regex/formats.h"

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

// RFC 1123, 2.1: letters, digits and hyphens, 63 to a label, 253 in all. Labels with hyphens in
// their third and fourth place are reserved (RFC 5890, 2.3.1) but for Punycode, and of that only
// what stands for no ASCII characters is taken.
RegexId Hostname(RegexPool& pool) {
  const string reserved = "(?!..--)";
  const string label = reserved + "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const string puny = "[Xx][Nn]--[a-z0-9]{4,59}";
  const RegexId one = Parse(pool, "(?:" + label + "|" + puny + ")");
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

// RFC 6570, 1.5 and 2; without the operators it reserves.
string UriTemplate() {
  const string percent = "%[0-9A-Fa-f]{2}";
  const string literal =
      "(?:[!#$&(-;=?-\\[\\]_a-z~\\u00A0-\\uD7FF\\uE000-\\uFDCF\\uFDF0-\\uFFEF"
      "\\u{10000}-\\u{1FFFD}\\u{20000}-\\u{2FFFD}\\u{30000}-\\u{3FFFD}\\u{F0000}-\\u{FFFFD}]|" +
      percent + ")";
  const string character = "(?:[A-Za-z0-9_]|" + percent + ")";
  const string variable = character + "(?:\\.?" + character + ")*(?::[1-9][0-9]{0,3}|\\*)?";
  return "(?:" + literal + "|\\{[+#./;?&]?" + variable + "(?:," + variable + ")*\\})*";
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

// ECMA-262, 22.2.1 with the u flag, as far as it is regular: groups within three others, no back
// references, properties or look-behind.
RegexId Regex(RegexPool& pool) {
  const string escape =
      "(?:\\\\(?:[dDwWsSfnrtv^$\\\\.*+?()\\[\\]{}|/]|x[0-9A-Fa-f]{2}|c[A-Za-z]|u[0-9A-Fa-f]{4}"
      "|u\\{0{0,3}[0-9A-Fa-f]{1,5}\\}))";
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
  const string atom = "(?:[^\\^$\\\\.*+?()\\[\\]{}|]|\\.|" + escape + "|" + set + ")";
  const RegexId plain = Parse(pool, atom + quantifier + "|[\\^$]|\\\\[bB]");
  const RegexId count = Parse(pool, quantifier);
  const auto many = [&](RegexId id) { return pool.Repeat(id, 0, RegexPool::kUnbounded); };
  const auto join = [&](std::initializer_list<RegexId> parts) {
    return pool.Concat(std::span(parts.begin(), parts.size()));
  };
  RegexId terms = many(plain);
  const auto options = [&] { return join({terms, many(join({pool.Literal("|"), terms}))}); };
  for (int depth = 0; depth < 3; ++depth) {
    const RegexId rest = join({options(), pool.Literal(")")});
    const RegexId group = join({Parse(pool, "\\((?:\\?:)?"), rest, count});
    const RegexId ahead = join({Parse(pool, "\\(\\?[=!]"), rest});
    terms = many(pool.Either(std::array{plain, group, ahead}));
  }
  return options();
}

}  // namespace

std::optional<RegexId> FormatRegex(RegexPool& pool, std::string_view format) {
  if (format == "date") return Parse(pool, Date());
  if (format == "time") return Time(pool);
  if (format == "date-time") return DateTime(pool);
  if (format == "duration") return Parse(pool, Duration());
  if (format == "email") return Email(pool, /*international=*/false);
  if (format == "idn-email") return Email(pool, /*international=*/true);
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
