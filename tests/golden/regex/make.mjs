// Writes cases.jsonl: patterns, texts and what JavaScript's RegExp says of them.
// Run: node make.mjs > cases.jsonl (any Node from 18 on; made with 20.20.2).
// Each line: {"p": pattern, "t": [texts], "m": "0110…"}, one digit per text: with the u flag, does
// it match anywhere? Patterns are chosen by hand (below) and drawn at random.

const byHand = [
  "", "a", "^a|b$", "(^a)", "a$b", "^$", "^", "$", "(^|,)x(,|$)", "^(a|b)*$", "(a+)+$", "^(?:a?){3}$",
  "\\bword\\b", "\\Bor", "^\\b", "\\b$", "a\\b-", "(?:\\b|a)b", "\\B", "^\\B$", "\\ba\\B", "(\\ba|-)b",
  "^(?=.*\\d)(?!foo).+$", "(?=a)b", "(?!a)", "a(?=b)", "a(?!b)", "^(?!.*--)[a-z-]+$", "(?=.*b)a",
  "^((?!foo).)*$", "^(?:(?!ab)[ab])+$", "(?:(?=a|b).)*$", "^(?=(?=a).b)", "(?!(?!a))b", "(?=a$)",
  "(?<!\\w)a", "(?<=\\w)b", "(?<=^|\\W)a", "(?<=^)a", "(?<!^)a",
  "^(?:a(?:,|$))+$", "(?:^|,)(?:a|b)", "^(?:(?:^|-)[ab]+)+$", "(?:a$|b)*$", "(?:^a|b)+", "(?:^a$|b)*",
  "^.$", "^\\s$", "^\\S$", "^\\w$", "^\\W$", "^\\d$", "^\\D$", "^[^]$", "^[^a]$", "[]", "[a-c-e]",
  "^[\\d-x]+$".replace("-x", "x"), "[\\w\\-]+", "[\\b]", "\\cA", "\\x41", "\\u0041", "\\u{1F600}", "\\uD83D\\uDE00",
  "^[\\u{1F600}-\\u{1F64F}]$", "^\\p{L}+$", "^\\P{L}+$", "^\\p{Lu}\\p{Ll}*$", "\\p{gc=Nd}",
  "^\\p{General_Category=Uppercase_Letter}$", "^[\\p{L}\\p{N}]+$", "^[^\\p{L}]+$", "\\p{ASCII}", "^\\p{Any}$",
  "^\\p{White_Space}$", "^\\p{Script=Greek}$", "^\\P{sc=Cyrl}$", "\\p{sc=Han}", "\\p{Alphabetic}", "^\\p{Lowercase}$",
  "^\\p{Upper}$", "^\\p{Emoji}$", "\\p{ID_Start}", "^\\p{IDC}$", "\\p{Extended_Pictographic}", "\\p{Cased}", "^\\p{Assigned}$", "^\\p{Dash}$",
  "^\\p{Hex_Digit}$", "\\p{Ideographic}", "\\p{Cn}", "^\\p{LC}$", "^\\p{punct}$", "^\\p{Cc}$", "a{2}", "^a{2}$", "^a{2,}$", "^a{2,3}$", "^(ab){1,2}$", "^(a{1,2}){2}$", "a{0}b", "a*?b", "a+?", "a??b",
  "^(?<year>\\d{2})-(?<m>\\d)$", "^(?:)$", "^(|a)+$", "(a|b|)c", "^(?:a|ab)(?:c|bcd)$", "\\/", "\\.", "^\\t\\n\\v\\f\\r\\0$",
  "x*", "^x*$", "^[a-z]+@[a-z]+\\.[a-z]{2,3}$", "^(\\([0-9]{3}\\))?[0-9]{3}-[0-9]{4}$", "^\\S(|(.|\\n)*\\S)$",
  "\\w+\\b-", "\\w*\\b\\W", "[ab-]+\\b", "^[ab-]*\\b[ab]", "^(?:a|-)*\\b$", "\\b\\b", "(?:\\b){2}a", "(?:-?\\b){1,2}a",
  "^(?=[ab]{2,3}$)(?!.*aa)", "(?=a*$)b?", "^(?:.*a){2}", "^(?![ab]$)(?!--)", "^(?=.{2,4}$)a", "(^a|^b)-", "((^|-)a)+b",
];

// A small generator of its own, so that the file stays the same.
let state = 12345;
const draw = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 4294967296) * n);
};
const pick = (list) => list[draw(list.length)];

const alphabet = ["a", "b", "-", "\n", "é", "😀", "1"];
const atoms = ["a", "b", "-", "[ab]", "[^a]", ".", "\\w", "\\W", "\\d", "é", "😀", "[a-é]", "\\s"];
const edges = ["^", "$", "\\b", "\\B"];

function random(depth) {
  const kind = draw(depth <= 0 ? 3 : 12);
  if (kind < 3) return pick(atoms);
  if (kind === 3) return pick(edges);
  if (kind < 6) return random(depth - 1) + random(depth - 1);
  if (kind < 8) return `(?:${random(depth - 1)}|${random(depth - 1)})`;
  if (kind === 8) return `(${pick(["?=", "?!"])}${random(depth - 1)})`;
  return `(?:${random(depth - 1)})${pick(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"])}`;
}

const texts = ["", "a", "b", "-", "ab", "ba", "aa", "a-b", "-a", "b-", "1", "A", "x", "foo1", "a word or", "😀", "é", "\n", "\t\n\v\f\r\0",
  " ", "\u00A0", "\uFEFF", "\u0085", "\u2028", "abcd", "12-3", "a,", "a,a", ",x,", "_", "/", ".", "\b", "\x01", "Ab", "ÉÀé", "x@y.de", "555-1212",
  "α", "я", "漢", "\u0345", "ª", "Ⅷ", "ⓐ", "〇", "٣", "\u2010", "\u{E0001}", "ǅ", "\u0378", "\u0301"];

function randomText() {
  let text = "";
  for (let n = draw(7); n > 0; n--) text += pick(alphabet);
  return text;
}

// Tries each boundary of code points by itself: V8 also tries between two surrogates, where nothing
// can match in ECMA-262.
function matchesAnywhere(pattern, text) {
  const regex = new RegExp(pattern, "uy");
  let at = 0;
  for (const c of [...text, ""]) {
    regex.lastIndex = at;
    if (regex.test(text)) return true;
    at += c.length;
  }
  return false;
}

function line(pattern, candidates) {
  const matches = candidates.map((text) => (matchesAnywhere(pattern, text) ? "1" : "0")).join("");
  console.log(JSON.stringify({ p: pattern, t: candidates, m: matches }));
}

for (const pattern of byHand) line(pattern, texts);
const seen = new Set();
while (seen.size < 1200) {
  const pattern = random(4);
  if (seen.has(pattern) || pattern.length > 60) continue;
  seen.add(pattern);
  line(pattern, Array.from({ length: 10 }, randomText));
}
