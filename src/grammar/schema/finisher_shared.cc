// Ends of arrays whose items are compared with each other. An end depends on the items before it
// only where it has one of them itself: so where they must differ it is looked for as if there were
// none, and anew only with those that it meets. Where an array wants nothing but so many different
// values, its end is the shortest of them that are left.
#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "grammar/number/decimal.h"
#include "grammar/number/number_set.h"
#include "grammar/number/number_syntax.h"
#include "grammar/schema/finisher.h"

namespace bantam::grammar {
namespace {

constexpr int kMostMet = 8;             // times that an end is looked for anew
constexpr size_t kMostRow = 6'000;      // values of a row
constexpr size_t kMostChoices = 16;     // ways of an item that may yet come
constexpr uint32_t kLeastRepeated = 5;  // bytes of an end that has an item again which is or has a
                                        // string of at least one character

// No text of the value has fewer bytes.
size_t LeastText(const Json& value) {
  size_t bytes = 2;
  switch (value.kind()) {
    case Json::Kind::kString: return bytes + value.AsString().size();
    case Json::Kind::kNumber: {
      const Result<Decimal> number = Decimal::Parse(value.number_text());
      return number ? std::max(number->digits().size(), size_t{1}) : 1;
    }
    case Json::Kind::kArray:
      for (const Json& item : value.items()) bytes += LeastText(item) + 1;
      return value.items().empty() ? bytes : bytes - 1;
    case Json::Kind::kObject:
      for (const auto& [name, member] : value.members())
        bytes += name.size() + LeastText(member) + 4;
      return value.members().empty() ? bytes : bytes - 1;
    default: return value.Dump().size();
  }
}

// Bytes in which Finisher writes a number; nothing where it finds no way, or not soon. `free`: it
// may be written in any way.
std::optional<size_t> BytesOfNumber(std::string_view text, bool free) {
  constexpr size_t kMostPlain = 3;  // 100 is no longer than 1e2
  constexpr size_t kMostBytes = 40;
  if (text.size() <= kMostPlain && std::ranges::all_of(text, IsAsciiDigit)) return text.size();
  if (!free || text.size() > kMostBytes) return std::nullopt;
  const Result<Decimal> number = Decimal::Parse(text);
  if (!number) return std::nullopt;
  const std::optional<std::string> shortest = NumberSet::Just(*number).Complete("");
  if (!shortest || !IsWrittenNumber(*shortest)) return std::nullopt;
  return shortest->size();
}

// The same of a value; nothing where that has to be searched for. Depth is bounded: the values come
// from Json::Parse.
std::optional<size_t> BytesOf(const Json& value, bool free) {
  size_t bytes = 2;
  switch (value.kind()) {
    case Json::Kind::kString: return bytes + JsonEscaped(value.AsString()).size();
    case Json::Kind::kNumber: return BytesOfNumber(value.number_text(), free);
    case Json::Kind::kArray:
      for (const Json& item : value.items()) {
        const auto inner = BytesOf(item, free);
        if (!inner) return std::nullopt;
        bytes += *inner + 1;
      }
      return value.items().empty() ? bytes : bytes - 1;
    case Json::Kind::kObject:
      for (const auto& [name, member] : value.members()) {
        const auto inner = BytesOf(member, free);
        if (!inner) return std::nullopt;
        bytes += JsonEscaped(name).size() + *inner + 4;
      }
      return value.members().empty() ? bytes : bytes - 1;
    default: return value.Dump().size();
  }
}

// Depth is bounded: the values come from Json::Parse.
void AddStrings(const Json& value, std::vector<std::string>& out) {
  if (value.is_string()) out.push_back(value.AsString());
  if (value.is_array()) {
    for (const Json& item : value.items()) AddStrings(item, out);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.members()) {
      out.push_back(name);
      AddStrings(member, out);
    }
  }
}

}  // namespace

// The list of kUnique atoms in a formula.
const Finisher::Compared& Finisher::ComparedIn(FormulaId formula) {
  if (const auto known = compared_.find(formula); known != compared_.end()) return known->second;
  Compared all;
  const FormulaOp op = formulas_.op(formula);
  if (op == FormulaOp::kAtom) {
    const Atom& atom = languages_.atoms()[formulas_.atom(formula)];
    if (atom.kind == AtomKind::kUnique) all = {true, true, atom.a};
    if (atom.kind == AtomKind::kUniquePending) all = {true, false, atom.a};
  }
  for (size_t i = 0; i < formulas_.children(formula).size(); ++i) {
    const Compared part = ComparedIn(formulas_.children(formula)[i]);
    if (!part.any) continue;
    all.grows &= part.grows && (!all.any || all.list == part.list);
    all.grows &= op == FormulaOp::kAnd || op == FormulaOp::kOr;
    all.any = true;
    all.list = part.list;
  }
  return compared_.emplace(formula, all).first->second;
}

// The items that those to come must differ from, where a longer list never gives more ends.
std::optional<ListId> Finisher::ListIn(FormulaId live) {
  const Compared& compared = ComparedIn(live);
  return compared.any && compared.grows ? std::optional(compared.list) : std::nullopt;
}

// Values of an end, and the strings and names in them.
std::vector<ValueId> Finisher::ItemsOf(const Finish& close, std::vector<std::string>* strings) {
  std::vector<ValueId> items;
  const auto array = Json::Parse("[" + close.text.substr(close.text.starts_with(',') ? 1 : 0));
  if (!array) return items;
  for (const Json& item : array->items()) {
    items.push_back(languages_.values().Intern(item));
    if (strings != nullptr) AddStrings(item, *strings);
  }
  std::ranges::sort(items);
  return items;
}

// The end as it is without the list, but for the items of the list that ends have met so far.
// Nothing where they are many.
std::optional<Finish> Finisher::CloseByFew(const OpenContainer& container, ListId list) {
  const ListTable& lists = languages_.lists();
  const std::vector<ValueId> listed = lists.ValuesOf(list);
  OpenContainer at = container;
  ListId met = ListTable::kEmpty;
  for (int times = 0; times < kMostMet; ++times) {
    at.live = steps_.WithItems(container.live, met);
    if (at.live == container.live) return std::nullopt;
    const Finish end = Visit({Key::kClose, 0, at});
    if (end.cost == Finish::kNever) return end;
    const ListId before = met;
    for (ValueId item : ItemsOf(end, nullptr)) {
      if (std::ranges::binary_search(listed, item)) met = languages_.lists().Add(met, item);
    }
    if (met == before) return end;
  }
  return std::nullopt;
}

std::optional<Finisher::Plain> Finisher::AsPlain(const OpenContainer& at) {
  if (at.object || !ListIn(at.live)) return std::nullopt;
  Plain plain;
  plain.most = ~uint64_t{0};
  FormulaList values;
  for (FormulaId part : formulas_.Conjuncts(at.live)) {
    if (formulas_.op(part) != FormulaOp::kAtom) return std::nullopt;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    switch (atom.kind) {
      case AtomKind::kUnique: plain.list = atom.a; break;
      case AtomKind::kMinItems: plain.owed = std::max(plain.owed, atom.n); break;
      case AtomKind::kMaxItems: plain.most = std::min(plain.most, atom.n); break;
      case AtomKind::kItems: {
        const SchemaNode& node = languages_.node(atom.a);
        if (atom.n < node.prefix_items.size()) return std::nullopt;
        if (node.items != kNoSchema) values.push_back(languages_.Valid(node.items, atom.b));
        break;
      }
      default: return std::nullopt;
    }
  }
  plain.value = formulas_.And(std::move(values));
  if (plain.owed + languages_.lists().Size(plain.list) > kMostRow) return std::nullopt;
  return plain;
}

// Whichever number it is, how it is written does not matter.
bool Finisher::HasOnlyNumbers(FormulaId value) {
  const auto accepts = [&](JsonLiteral literal) { return languages_.Accepts(value, literal); };
  if (accepts(JsonLiteral::kNull) || accepts(JsonLiteral::kFalse) || accepts(JsonLiteral::kTrue)) {
    return false;
  }
  return languages_.Texts(value) == RegexPool::kNothing &&
         languages_.Members(value) == FormulaPool::kFalse &&
         languages_.Items(value) == FormulaPool::kFalse &&
         languages_.Numbers(value)->others() == nullptr;
}

void Finisher::FillByNumbers(Row& row, uint64_t count) {
  while (!row.whole && row.values.size() < count) {
    const std::optional<std::string> text = row.numbers->Next();
    row.whole = !text;
    if (row.whole) break;
    const ValueId id = languages_.values().Intern(*Json::Parse(*text));
    row.list = languages_.lists().Add(row.list, id);
    row.places.emplace(id, static_cast<uint32_t>(row.values.size()));
    row.values.push_back(id);
    row.bytes.push_back(row.bytes.back() + static_cast<uint32_t>(text->size()) + 1);
    row.texts.push_back(*text);
  }
}

// Many numbers that must differ, and nothing else.
std::optional<Finish> Finisher::CloseByNumbers(const OpenContainer& at) {
  constexpr uint64_t kMany = 100;  // fewer are soon found
  const auto plain = AsPlain(at);
  if (!plain || plain->owed < kMany || !HasOnlyNumbers(plain->value)) return std::nullopt;
  return ClosePlain(at, *plain);
}

// The first values of the row, `count` of them if there are so many.
Finisher::Row& Finisher::RowOf(FormulaId value, uint64_t count) {
  Row& row = rows_[value];
  if (row.values.empty() && HasOnlyNumbers(value)) {
    row.numbers = std::make_unique<ShortestNumbers>(languages_.Numbers(value));
  }
  if (row.numbers != nullptr) FillByNumbers(row, count);
  while (!row.whole && row.values.size() < count) {
    const FormulaId other = formulas_.And({value, formulas_.Not(languages_.Among(row.list))});
    const Finish& next = Query({Key::kValue, other, {}});
    if (next.cost == Finish::kNever) row.whole = true;
    const Result<Json> json = Json::Parse(row.whole ? "" : next.text);
    row.whole |= !json.has_value();
    if (row.whole) break;
    const ValueId id = languages_.values().Intern(*json);
    row.list = languages_.lists().Add(row.list, id);
    row.places.emplace(id, static_cast<uint32_t>(row.values.size()));
    row.values.push_back(id);
    row.texts.push_back(next.text);
    row.bytes.push_back(row.bytes.back() + next.cost + 1);
  }
  return row;
}

// Where in the row its values are that the list has; ascending.
std::vector<uint32_t> Finisher::Taken(const Row& row, ListId list) const {
  std::vector<uint32_t> taken;
  for (const ListTable& lists = languages_.lists(); list != ListTable::kEmpty;
       list = lists.Before(list)) {
    const auto place = row.places.find(lists.Last(list));
    if (place != row.places.end()) taken.push_back(place->second);
  }
  std::ranges::sort(taken);
  return taken;
}

// The row with as many values as the end needs, and those of them that it cannot have.
const Finisher::Row& Finisher::RowFor(const Plain& plain, std::optional<ValueId> item,
                                      std::vector<uint32_t>& taken) {
  for (uint64_t count = plain.owed;;) {
    const Row& row = RowOf(plain.value, count);
    taken = Taken(row, plain.list);
    if (item) {
      if (const auto it = row.places.find(*item); it != row.places.end()) {
        taken.insert(std::ranges::lower_bound(taken, it->second), it->second);
      }
    }
    // Of the values that are taken those that come before the end of the end.
    size_t met = 0;
    while (met < taken.size() && taken[met] < plain.owed + met) ++met;
    taken.resize(met);
    if (row.whole || plain.owed + met <= row.values.size()) return row;
    count = plain.owed + met;
  }
}

uint32_t Finisher::PlainCost(const OpenContainer& at, const Plain& plain,
                             std::optional<ValueId> item) {
  std::vector<uint32_t> taken;
  const Row& row = RowFor(plain, item, taken);
  const uint64_t last = plain.owed + taken.size();
  if (plain.owed > plain.most || last > row.values.size()) return Finish::kNever;
  uint32_t cost = row.bytes[last] + 1;
  for (uint32_t place : taken) cost -= row.bytes[place + 1] - row.bytes[place];
  return cost - (at.first && plain.owed > 0 ? 1 : 0);
}

const Finish& Finisher::ClosePlain(const OpenContainer& at, const Plain& plain) {
  std::vector<uint32_t> taken;
  const Row& row = RowFor(plain, std::nullopt, taken);
  ListId met = ListTable::kEmpty;
  for (uint32_t place : taken) met = languages_.lists().Add(met, row.values[place]);
  OpenContainer same = at;
  same.live = steps_.WithItems(at.live, met);
  Entry& entry = entries_[{Key::kClose, 0, same}];
  if (entry.final) return entry.best;
  entry = {};
  entry.final = true;
  const uint64_t last = plain.owed + taken.size();
  if (plain.owed > plain.most || last > row.values.size()) return entry.best;
  std::string text;
  auto next = taken.begin();
  for (uint64_t i = 0; i < last && text.size() <= kMostText; ++i) {
    if (next != taken.end() && *next == i) {
      ++next;
      continue;
    }
    text += text.empty() && at.first ? "" : ",";
    text += row.texts[i];
  }
  text += ']';
  const auto cost = static_cast<uint32_t>(text.size());
  entry.best = text.size() > kMostText
                   ? TooLong()
                   : Finish{cost, std::move(text), static_cast<uint32_t>(plain.owed)};
  return entry.best;
}

uint32_t Finisher::CloseCost(const OpenContainer& container) {
  if (const auto plain = AsPlain(container)) {
    const uint32_t cost = PlainCost(container, *plain, std::nullopt);
    return cost > kMostText ? Finish::kNever : cost;
  }
  return Close(container).cost;
}

const Finisher::SharedEnd& Finisher::EndBeside(const OpenContainer& after) {
  const auto [it, added] = shared_.try_emplace(after);
  SharedEnd& end = it->second;
  if (!added) return end;
  Outcome differs;
  differs.repeated = false;
  end.at = after;
  end.at.live = steps_.Settle(after.live, differs);
  end.grows = ListIn(end.at.live).has_value();
  end.close = &Close(end.at);
  end.items = ItemsOf(*end.close, &end.strings);
  if (end.grows) {
    end.known = true;
    if (steps_.Closes(end.at.live)) AddNext(end);
  } else if (!steps_.Closes(end.at.live) && end.close->cost != Finish::kNever) {
    end.known = true;
    if (end.close->cost <= kLeastRepeated) {
      end.strings.emplace_back();
    } else {
      end.least = end.close->cost - kLeastRepeated + 1;
    }
  }
  if (!end.grows) end.after_repeat = AfterRepeat(end.at);
  std::ranges::sort(end.strings);
  end.strings.erase(std::unique(end.strings.begin(), end.strings.end()), end.strings.end());
  return end;
}

// An end that is none without the item has the item itself, after a comma and before the bracket.
bool Finisher::IsShortestAfter(const SharedEnd& end, const Json& item) const {
  if (!end.grows && (end.close->cost == Finish::kNever || LeastText(item) + 2 < end.close->cost)) {
    return false;
  }
  const auto id = languages_.values().Find(item);
  return !id || !std::ranges::binary_search(end.items, *id);
}

std::optional<uint32_t> Finisher::AfterRepeat(const OpenContainer& at) {
  if (at.object || !HasFewPlaces(at.live)) return std::nullopt;
  FormulaList others;
  bool wanted = false;
  for (FormulaId part : formulas_.Conjuncts(at.live)) {
    const bool negated = formulas_.op(part) == FormulaOp::kNot;
    const FormulaId inner = negated ? formulas_.children(part)[0] : part;
    if (formulas_.op(inner) != FormulaOp::kAtom) return std::nullopt;
    const Atom& atom = languages_.atoms()[formulas_.atom(inner)];
    if (negated) {
      if (atom.kind != AtomKind::kUnique || std::exchange(wanted, true)) return std::nullopt;
      continue;
    }
    // An item that came may come again: all places ask for the same.
    const bool even =
        atom.kind == AtomKind::kMinItems || atom.kind == AtomKind::kMaxItems ||
        (atom.kind == AtomKind::kItems && languages_.node(atom.a).prefix_items.empty());
    if (!even) return std::nullopt;
    others.push_back(part);
  }
  if (!wanted) return std::nullopt;
  const FormulaId begun = steps_.Item(formulas_.And(std::move(others)));
  const FormulaList asked = steps_.Asked(begun);
  const std::vector<uint8_t> holds(asked.size(), 1);
  OpenContainer next = at;
  next.first = false;
  next.live = steps_.Settle(begun, {asked, holds});
  return CloseCost(next);
}

std::optional<uint32_t> Finisher::CloseCostRepeating(const SharedEnd& end, const Json& item) const {
  if (!end.after_repeat) return std::nullopt;
  const std::optional<size_t> bytes = BytesOf(item, !has_plain_integers_);
  if (!bytes) return std::nullopt;
  const uint64_t again = uint64_t{1} + *bytes + *end.after_repeat;
  const bool shorter = *end.after_repeat != Finish::kNever && again < end.close->cost;
  return shorter && again <= kMostText ? static_cast<uint32_t>(again) : end.close->cost;
}

// The strings of an item that may come though none has to, and of what comes after it.
void Finisher::AddNext(SharedEnd& end) {
  const std::vector<Demand> demands = Demands(steps_.Item(end.at.live));
  end.known = demands.size() <= kMostChoices;
  if (!end.known) return;
  for (const Demand& demand : demands) {
    const Finish& value = Value(demand.value);
    const Result<Json> item = Json::Parse(value.cost == Finish::kNever ? "" : value.text);
    if (!item) continue;
    AddStrings(*item, end.strings);
    OpenContainer next = end.at;
    next.first = false;
    next.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
    ItemsOf(Close(next), &end.strings);
  }
}

uint32_t Finisher::CloseCostAfter(const SharedEnd& end, ValueId item) {
  if (const auto plain = AsPlain(end.at)) {
    const uint32_t cost = PlainCost(end.at, *plain, item);
    return cost > kMostText ? Finish::kNever : cost;
  }
  OpenContainer after = end.at;
  after.live = steps_.WithItems(after.live, languages_.lists().Add(*ListIn(after.live), item));
  return Close(after).cost;
}

}  // namespace bantam::grammar
