// Which passages of a long chat the model sees: those that the last message asks for, the latest
// turns, and what must stay.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <ranges>
#include <utility>

#include "base/check.h"
#include "engine/context_window.h"
#include "engine/passage_ranking.h"
#include "engine/passages.h"
#include "engine/search_terms.h"

namespace bantam {
namespace {

// What a message costs besides its text, and a mark; guesses that measured tries correct.
constexpr int kMessageTokens = 8;
constexpr int kMarkTokens = 4;
constexpr int kMaxTries = 12;
constexpr int kSlack = 50;  // one part in so many of the room may stay empty
// Of the room beyond what must stay, the latest turns come first with a quarter.
constexpr int kRecentShare = 4;
// What one side of a turn has to do with the question says something about the other.
constexpr double kFromQuestion = 0.5;
constexpr double kFromAnswer = 0.3;
// The user's message before the last counts a little: "and how much was that?"
constexpr double kEarlierWeight = 0.25;

struct Piece {
  size_t message;
  size_t turn;
  Passage passage;  // of the message's text
  int tokens;
  double score = 0;
  bool kept = false;
};

void AddTerms(std::string_view text, double weight, std::vector<WeightedTerm>& terms) {
  for (const uint64_t term : SearchTerms(text)) terms.push_back({term, weight});
}

class RelevantFit {
 public:
  RelevantFit(const Model& model, const ChatInput& input, const ChatTurns& chat, int max_tokens)
      : model_(model), input_(input), chat_(chat), max_tokens_(max_tokens) {}

  // `full_tokens`: of the whole chat.
  Result<FittedChat> Run(int full_tokens) {
    FittedChat least = TRY(FitAs(model_, input_, Messages()));
    cut_last_ = std::ssize(least.prompt) > max_tokens_;
    MakePieces();
    Rank();
    if (cut_last_) least = TRY(FitAs(model_, input_, Messages()));
    if (std::ssize(least.prompt) <= max_tokens_) return Fill(std::move(least), full_tokens);
    return Fail(ErrorCode::kTooLong,
                "what must stay of the chat (system messages, tools, the beginning and the end of "
                "the last message) has " +
                    std::to_string(least.prompt.size()) + " tokens, but only " +
                    std::to_string(max_tokens_) + " fit");
  }

 private:
  // A room that Choose was given, and how many tokens the prompt was then off `max_tokens`.
  struct Try {
    int64_t room;
    int64_t off;
  };

  // Chooses more than what must stay (`best`) until the prompt nearly fills what there is. As costs
  // are guesses, the room to choose for lies between one that gives too little and one that gives
  // too much. Source: Dowell and Jarratt, "A modified regula falsi method" (1971), called Illinois.
  Result<FittedChat> Fill(FittedChat best, int full_tokens) {
    const int64_t enough = max_tokens_ - (max_tokens_ - std::ssize(best.prompt)) / kSlack;
    Try few = {.room = 0, .off = max_tokens_ - std::ssize(best.prompt)};
    Try many = {.room = CostOfAll(), .off = full_tokens - max_tokens_};
    const Try* moved = nullptr;
    for (int i = 0; i < kMaxTries && std::ssize(best.prompt) < enough; ++i) {
      const int64_t room = few.room + (many.room - few.room) * few.off / (few.off + many.off);
      if (room == few.room) break;
      Choose(static_cast<int>(room));
      FittedChat fitted = TRY(FitAs(model_, input_, Messages()));
      const int64_t free = max_tokens_ - std::ssize(fitted.prompt);
      Try& end = free >= 0 ? few : many;
      Try& other = free >= 0 ? many : few;
      if (moved == &end) other.off = (other.off + 1) / 2;
      end = {.room = room, .off = std::abs(free)};
      moved = &end;
      if (free >= 0 && fitted.prompt.size() > best.prompt.size()) best = std::move(fitted);
    }
    return best;
  }

  // By the guesses.
  int CostOfAll() {
    constexpr int kEndless = std::numeric_limits<int>::max();
    KeepOnly(always_);
    int room = kEndless;
    KeepLatest(room);
    return kEndless - room;
  }

  size_t last_turn() const { return chat_.turns.size() - 1; }
  bool IsLast(size_t turn) const { return turn == last_turn(); }

  // Whether a message may lose passages.
  bool CanBeCut(size_t message, size_t turn) const {
    if (std::ranges::binary_search(chat_.pinned, message)) return false;
    if (TextOf(chat_.messages[message]) == nullptr) return false;
    return !IsLast(turn) || cut_last_;
  }

  void MakePieces() {
    for (size_t turn = 0; turn < chat_.turns.size(); ++turn) {
      for (size_t i = chat_.turns[turn].begin; i < chat_.turns[turn].end; ++i) {
        if (!CanBeCut(i, turn)) continue;
        const std::string& text = *TextOf(chat_.messages[i]);
        const size_t first = pieces_.size();
        for (const Passage& passage : SplitPassages(text)) {
          const auto part =
              std::string_view(text).substr(passage.begin, passage.end - passage.begin);
          const auto tokens = model_.Tokenize(part, {.add_special = false, .parse_special = false});
          pieces_.push_back({i, turn, passage, static_cast<int>(tokens.size()) + 1});
        }
        // What is asked stands at the beginning or at the end of a message.
        if (IsLast(turn) && pieces_.size() > first) {
          always_.push_back(first);
          always_.push_back(pieces_.size() - 1);
        }
      }
    }
    KeepOnly(always_);
  }

  std::string_view TextOfPiece(const Piece& piece) const {
    const std::string& text = *TextOf(chat_.messages[piece.message]);
    return std::string_view(text).substr(piece.passage.begin,
                                         piece.passage.end - piece.passage.begin);
  }

  // The question: the last message of the user, or its first and last passage if it is cut.
  std::vector<WeightedTerm> Question() const {
    std::vector<WeightedTerm> terms;
    const auto add_turn = [&](size_t turn, double weight) {
      const std::string* text = TextOf(chat_.messages[chat_.turns[turn].begin]);
      if (text == nullptr) return;
      const std::vector<Passage> parts = SplitPassages(*text);
      for (size_t i = 0; i < parts.size(); ++i) {
        const bool inside = i > 0 && i + 1 < parts.size();
        if (inside && parts.size() > 4) continue;
        AddTerms(std::string_view(*text).substr(parts[i].begin, parts[i].end - parts[i].begin),
                 weight, terms);
      }
    };
    add_turn(last_turn(), 1);
    if (last_turn() > 0) add_turn(last_turn() - 1, kEarlierWeight);
    return terms;
  }

  void Rank() {
    std::vector<std::vector<uint64_t>> terms;
    for (const Piece& piece : pieces_) terms.push_back(SearchTerms(TextOfPiece(piece)));
    const std::vector<double> scores = PassageRanking(std::move(terms)).Scores(Question());
    std::vector<double> asked(chat_.turns.size(), 0);  // best of a turn's user message …
    std::vector<double> said(chat_.turns.size(), 0);   // … and of what follows it
    const auto is_first = [&](const Piece& piece) {
      return piece.message == chat_.turns[piece.turn].begin;
    };
    for (size_t i = 0; i < pieces_.size(); ++i) {
      double& best = (is_first(pieces_[i]) ? asked : said)[pieces_[i].turn];
      best = std::max(best, scores[i]);
    }
    for (size_t i = 0; i < pieces_.size(); ++i) {
      Piece& piece = pieces_[i];
      piece.score = scores[i] + (is_first(piece) ? kFromAnswer * said[piece.turn]
                                                 : kFromQuestion * asked[piece.turn]);
    }
    by_score_.resize(pieces_.size());
    std::iota(by_score_.begin(), by_score_.end(), size_t{0});
    // Of equal ones the later first.
    std::ranges::sort(by_score_, [&](size_t a, size_t b) {
      return pieces_[a].score != pieces_[b].score ? pieces_[a].score > pieces_[b].score : a > b;
    });
  }

  void KeepOnly(std::span<const size_t> indices) {
    for (Piece& piece : pieces_) piece.kept = false;
    opened_.assign(chat_.turns.size(), false);
    if (!chat_.turns.empty()) opened_.back() = true;
    for (const size_t i : indices) pieces_[i].kept = true;
  }

  // What keeping a piece costs now.
  int CostOf(const Piece& piece) const {
    int cost = piece.tokens;
    if (opened_[piece.turn]) return cost;
    const ChatTurns::Turn& turn = chat_.turns[piece.turn];
    return cost + static_cast<int>(turn.end - turn.begin) * (kMessageTokens + kMarkTokens);
  }

  bool Keep(Piece& piece, int& room) {
    if (piece.kept) return true;
    const int cost = CostOf(piece);
    if (cost > room) return false;
    room -= cost;
    piece.kept = true;
    opened_[piece.turn] = true;
    return true;
  }

  // From the end of the chat backwards, as far as `room` goes.
  void KeepLatest(int& room) {
    for (Piece& piece : std::views::reverse(pieces_)) {
      if (!Keep(piece, room)) return;
    }
  }

  void Choose(int room) {
    KeepOnly(always_);
    int recent = room / kRecentShare;
    room -= recent;
    KeepLatest(recent);
    room += recent;
    for (const size_t i : by_score_) {
      if (pieces_[i].score <= 0) break;
      Keep(pieces_[i], room);
    }
    KeepLatest(room);
  }

  // The kept passages of a message, with marks for the others.
  std::string TextWithMarks(size_t message, std::span<const Piece> pieces) const {
    const std::string& text = *TextOf(chat_.messages[message]);
    std::string out;
    const Piece* last = nullptr;
    bool gap = false;
    for (const Piece& piece : pieces) {
      if (!piece.kept) {
        gap = true;
        continue;
      }
      if (gap)
        out += last == nullptr ? std::string(kGapMark) + "\n" : std::string("\n") + kGapMark + "\n";
      if (!gap && last != nullptr) {
        out += text.substr(last->passage.end, piece.passage.begin - last->passage.end);
      }
      out += TextOfPiece(piece);
      last = &piece;
      gap = false;
    }
    if (gap) out += last == nullptr ? kGapMark : std::string("\n") + kGapMark;
    return out;
  }

  std::span<const Piece> PiecesOf(size_t message) const {
    const auto range = std::ranges::equal_range(pieces_, message, {}, &Piece::message);
    return {range.begin(), range.end()};
  }

  // What the choice leaves of the chat. Before there are pieces: what must stay.
  std::string Messages() const {
    Json list = Json::MakeArray();
    size_t turn = 0;
    bool gap = false;
    for (size_t i = 0; i < chat_.messages.size(); ++i) {
      while (turn < chat_.turns.size() && i >= chat_.turns[turn].end) ++turn;
      const bool pinned = std::ranges::binary_search(chat_.pinned, i);
      const bool open = turn < chat_.turns.size() && (IsLast(turn) || IsOpen(turn));
      if (!pinned && !open) {
        gap = true;
        continue;
      }
      Json message = chat_.messages[i];
      const std::span<const Piece> pieces = PiecesOf(i);
      const bool cut = !std::ranges::all_of(pieces, &Piece::kept);
      if (cut || (gap && !pieces.empty() && !IsLast(turn))) {
        std::string text = TextWithMarks(i, pieces);
        // Turns that are missing before it; the last message is left as it was said.
        if (gap && !IsLast(turn) && !text.starts_with(kGapMark)) {
          text = std::string(kGapMark) + "\n" + text;
        }
        message.Set("content", Json::String(std::move(text)));
        gap = false;
      }
      list.Append(std::move(message));
    }
    return list.Dump();
  }
  bool IsOpen(size_t turn) const { return turn < opened_.size() && opened_[turn]; }

  const Model& model_;
  const ChatInput& input_;
  const ChatTurns& chat_;
  int max_tokens_;
  bool cut_last_ = false;         // the last turn is too long, too
  std::vector<Piece> pieces_;     // by message and place
  std::vector<size_t> by_score_;  // indices of pieces, the best first
  std::vector<size_t> always_;
  std::vector<bool> opened_;  // turns of which something is kept
};

}  // namespace

Result<FittedChat> FitRelevant(const Model& model, const ChatInput& input, const ChatTurns& chat,
                               int full_tokens, int max_tokens) {
  return RelevantFit(model, input, chat, max_tokens).Run(full_tokens);
}

}  // namespace bantam
