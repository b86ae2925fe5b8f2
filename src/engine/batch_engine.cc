// Requests from submission to result: one batch a step.
#include "engine/batch_engine.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "engine/language_list.h"
#include "engine/logprobs.h"

namespace bantam {
namespace {

constexpr size_t kMaxStopStrings = 64;
constexpr size_t kMaxStopBytes = 4096;
constexpr int kMaxLogprobs = 1000;
// Tokens of a greedy reply that are tried before a mask is computed.
constexpr int kTriedTokens = 4;

Error InvalidArgument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

BatchEngine::BatchEngine(std::unique_ptr<ForwardModel> model, const Vocabulary& vocabulary,
                         const EngineOptions& options, TokenText token_text)
    : model_(std::move(model)),
      vocabulary_(vocabulary),
      token_text_(std::move(token_text)),
      options_(options),
      cache_(model_->n_blocks(), options.prefix_cache),
      scheduler_(*model_, cache_,
                 {options.max_sequences, options.prompt_chunk, model_->max_batch_tokens(),
                  options.speculation}),
      pace_(options.prompt_seconds, options.prompt_chunk),
      sampler_(model_->vocabulary_size()),
      both_(model_->vocabulary_size()) {
  block_bytes_ = model_->Block(0).size();
  CHECK(vocabulary.size() == model_->vocabulary_size());
  CHECK(PrefixCache::BlocksFor(options.context) <= model_->n_blocks());
  const auto n = static_cast<size_t>(options.max_sequences);
  const size_t n_outputs = n + (options.speculation ? Scheduler::kSpeculativeTokens : 0);
  batch_.reserve(n);
  hidden_.resize(n_outputs * static_cast<size_t>(model_->hidden_size()));
  logits_.resize(std::min<size_t>(n_outputs, kLogitRows) * static_cast<size_t>(vocabulary.size()));
}

Result<void> BatchEngine::CheckTokens(std::span<const TokenId> tokens) const {
  if (tokens.empty()) return std::unexpected(InvalidArgument("there are no tokens to read"));
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= 0 && tokens[i] < vocabulary_.size()) continue;
    return std::unexpected(InvalidArgument(
        "token " + std::to_string(i) + " is " + std::to_string(tokens[i]) +
        ", outside the vocabulary of " + std::to_string(vocabulary_.size()) + " tokens"));
  }
  return {};
}

Result<void> BatchEngine::Check(const GenerationRequest& request) const {
  TRY(CheckTokens(request.prompt));
  if (std::ssize(request.prompt) >= options_.context) {
    return Fail(ErrorCode::kTooLong, "the prompt has " + std::to_string(request.prompt.size()) +
                                         " tokens; with the reply it must fit the context of " +
                                         std::to_string(options_.context) + " tokens");
  }
  TRY(Validate(request.sampling));
  for (const auto& [id, bias] : request.sampling.logit_bias) {
    if (id < vocabulary_.size()) continue;
    return std::unexpected(InvalidArgument("logit_bias: token " + std::to_string(id) +
                                           " is outside the vocabulary of " +
                                           std::to_string(vocabulary_.size()) + " tokens"));
  }
  if (request.max_tokens < -1) {
    return std::unexpected(InvalidArgument("max_tokens must be at least -1, not " +
                                           std::to_string(request.max_tokens)));
  }
  if (request.logprobs < -1 || request.logprobs > kMaxLogprobs) {
    return std::unexpected(InvalidArgument("logprobs must be between -1 and " +
                                           std::to_string(kMaxLogprobs) + ", not " +
                                           std::to_string(request.logprobs)));
  }
  if (request.stop.size() > kMaxStopStrings) {
    return std::unexpected(InvalidArgument("there may be at most " +
                                           std::to_string(kMaxStopStrings) + " stop strings, not " +
                                           std::to_string(request.stop.size())));
  }
  const std::span<const float> own = model_->adapter_scales();
  const bool finite = std::ranges::all_of(request.adapter_scales,
                                          [](float scale) { return __builtin_isfinite(scale); });
  if (!request.adapter_scales.empty() && (request.adapter_scales.size() != own.size() || !finite)) {
    return std::unexpected(
        InvalidArgument("adapter_scales must be a finite number for each of the model's " +
                        std::to_string(own.size()) + " adapters"));
  }
  if (request.keep_tokens < 0) {
    return std::unexpected(InvalidArgument("keep_tokens must be at least 0, not " +
                                           std::to_string(request.keep_tokens)));
  }
  if (request.shape && request.ignore_end) {
    return std::unexpected(InvalidArgument("a reply with a shape ends: ignore_end cannot be set"));
  }
  if (request.shape && !request.stop_tokens.empty()) {
    return std::unexpected(
        InvalidArgument("a reply with a shape ends where that does: stop_tokens cannot be set"));
  }
  for (const std::string& stop : request.stop) {
    if (!stop.empty() && stop.size() <= kMaxStopBytes) continue;
    return std::unexpected(InvalidArgument("a stop string must have 1 to " +
                                           std::to_string(kMaxStopBytes) + " bytes, not " +
                                           std::to_string(stop.size())));
  }
  return {};
}

// Tokens that are forced from the beginning are run with the prompt.
Result<void> BatchEngine::AddShape(Sequence& sequence) {
  const std::shared_ptr<const Shape>& shape = sequence.request.shape;
  const int budget = sequence.max_length - sequence.n_prompt();
  sequence.shape = TRY(ShapedReply::Create(shape, token_text_, vocabulary_, budget));
  if (!sequence.request.stop.empty()) {
    sequence.reply.StopOnlyAfter(Compiled(*shape).NewMatcher());
  }
  const std::vector<TokenId> forced = sequence.shape->TakeForced();
  if (sequence.request.logprobs >= 0) {
    sequence.decided.assign(forced.begin(), forced.end());
  } else {
    sequence.tokens.insert(sequence.tokens.end(), forced.begin(), forced.end());
    sequence.n_unsaid = static_cast<int>(forced.size());
  }
  return {};
}

// Keys, escapes and the words of JSON are no language, and tools are called in ASCII.
void BatchEngine::AddLanguage(Sequence& sequence) {
  const GenerationRequest& request = sequence.request;
  if (request.language == nullptr) return;
  const bool ascii = request.language_ascii || request.shape;
  const std::pair key(request.language, ascii);
  auto at = character_masks_.find(key);
  if (at == character_masks_.end()) {
    grammar::CodePointSet set = CharactersOf(*request.language);
    if (ascii) set.Add(0, 0x7F);
    at = character_masks_.try_emplace(key, vocabulary_, std::move(set)).first;
  }
  sequence.characters.emplace(at->second, request.prompt.size());
}

std::vector<float> BatchEngine::OwnScales() const {
  const std::span<const float> scales = model_->adapter_scales();
  return {scales.begin(), scales.end()};
}

// Old numbers are never given again, so that forgetting them only costs what is cached.
BatchEngine::Variant& BatchEngine::VariantOf(const std::vector<float>& adapter_scales) {
  constexpr size_t kMaxVariants = 256;
  if (variants_.size() == kMaxVariants && !variants_.contains(adapter_scales)) variants_.clear();
  const auto [variant, is_new] = variants_.try_emplace(adapter_scales);
  if (is_new) variant->second.number = next_variant_++;
  return variant->second;
}

Result<Engine::RequestId> BatchEngine::Submit(GenerationRequest request) {
  TRY(Check(request));
  auto sequence =
      std::make_unique<Sequence>(next_id_, std::move(request), vocabulary_, options_.context);
  std::vector<float>& scales = sequence->request.adapter_scales;
  if (scales.empty()) scales = OwnScales();
  sequence->table.variant = VariantOf(scales).number;
  const std::optional<uint64_t>& seed = sequence->request.sampling.seed;
  sequence->seed = seed ? *seed : SystemSeed();
  sequence->submitted_s = MonotonicSeconds();
  if (sequence->request.shape && sequence->request.max_tokens != 0) TRY(AddShape(*sequence));
  AddLanguage(*sequence);
  FetchPrefix(*sequence);
  scheduler_.Add(std::move(sequence));
  return next_id_++;
}

Result<bool> BatchEngine::Step() {
  if (busy_) return std::unexpected(InvalidArgument("a callback may not step the engine"));
  if (scheduler_.idle()) return false;
  scheduler_.set_chunk_beside_replies(pace_.tokens());
  const std::span<const Scheduler::Work> plan = scheduler_.Plan();
  if (plan.empty()) return Fail(ErrorCode::kInternal, "no request can go on");
  busy_ = true;
  const double start = MonotonicSeconds();
  RunBatch(plan);
  pace_.Measure(scheduler_.planned_prompt_tokens(), MonotonicSeconds() - start);
  ChooseTokens(plan);
  EndCallbacks();
  if (scheduler_.idle()) KeepPrefixes();
  return !scheduler_.idle();
}

KvUse BatchEngine::kv_use() const {
  const BlockPool& pool = cache_.pool();
  const auto bytes = [this](int blocks) { return static_cast<uint64_t>(blocks) * block_bytes_; };
  return {bytes(pool.size() - pool.available()), bytes(pool.idle()), bytes(pool.size())};
}

void BatchEngine::RunBatch(std::span<const Scheduler::Work> plan) {
  batch_.clear();
  for (const Scheduler::Work& work : plan) {
    const Sequence& sequence = *work.sequence;
    SequenceChunk chunk;
    chunk.position = sequence.table.computed;
    chunk.tokens =
        std::span(sequence.tokens)
            .subspan(static_cast<size_t>(chunk.position), static_cast<size_t>(work.n_tokens));
    chunk.blocks = sequence.table.blocks;
    chunk.adapter_scales = sequence.request.adapter_scales;
    chunk.n_outputs =
        work.reaches_end && sequence.request.max_tokens != 0 ? 1 + sequence.n_draft : 0;
    batch_.push_back(chunk);
  }
  model_->Forward(batch_, hidden_.data());
  for (const Scheduler::Work& work : plan) {
    cache_.Commit(work.sequence->table, work.n_tokens - work.sequence->n_draft);
    work.sequence->DropDraft();
  }
}

// Logits for some rows at a time, then their tokens; callbacks run in between.
void BatchEngine::ChooseTokens(std::span<const Scheduler::Work> plan) {
  LogitRows rows;
  for (const SequenceChunk& chunk : batch_) rows.n += chunk.n_outputs;
  rows.top = WantedTop(plan);
  int row = 0;
  for (size_t i = 0; i < plan.size(); ++i) {
    Sequence& sequence = *plan[i].sequence;
    const int n_outputs = batch_[i].n_outputs;
    ReportProgress(sequence);
    if (sequence.cancelled) {
      Finish(sequence, FinishReason::kCancelled);
    } else if (n_outputs > 0) {
      ChooseTokens(sequence, n_outputs - 1, row, rows);
    } else if (plan[i].reaches_end) {
      Finish(sequence, FinishReason::kLength);  // max_tokens is 0
    }
    row += n_outputs;
  }
}

// The token after the last one, and after each guess that proves to be the token chosen; forced
// tokens come in between.
void BatchEngine::ChooseTokens(Sequence& sequence, int n_draft, int row, LogitRows& rows) {
  const std::span<const TokenId> draft =
      sequence.lookup.proposed().first(static_cast<size_t>(n_draft));
  if (!SayForced(sequence)) return;
  for (size_t i = 0;;) {
    const size_t known = sequence.tokens.size();
    if (!ChooseToken(sequence, row + static_cast<int>(i), rows)) return;
    const std::span<const TokenId> added = std::span(sequence.tokens).subspan(known);
    size_t right = 0;
    while (right < added.size() && i < draft.size() && added[right] == draft[i]) ++right, ++i;
    if (right > 0) cache_.Commit(sequence.table, static_cast<int>(right));
    if (right == added.size()) continue;
    if (n_draft > 0) sequence.lookup.Judge(static_cast<int>(i));
    return;
  }
}

// A row of the batch's logits. Rows are asked for in ascending order, not all of them.
std::span<float> BatchEngine::LogitsOf(int row, LogitRows& rows) {
  const auto vocabulary = static_cast<size_t>(vocabulary_.size());
  const auto hidden = static_cast<size_t>(model_->hidden_size());
  if (row >= rows.end) {
    const int n = std::min(static_cast<int>(logits_.size() / vocabulary), rows.n - row);
    model_->Logits(hidden_.data() + static_cast<size_t>(row) * hidden, n, rows.top, logits_.data());
    rows.begin = row;
    rows.end = row + n;
  }
  return std::span(logits_).subspan(static_cast<size_t>(row - rows.begin) * vocabulary, vocabulary);
}

// A row of which LogitsOf has given only the largest.
std::span<float> BatchEngine::AllLogitsOf(int row, LogitRows& rows) {
  const std::span<float> logits = LogitsOf(row, rows);
  const auto hidden = static_cast<size_t>(model_->hidden_size());
  model_->Logits(hidden_.data() + static_cast<size_t>(row) * hidden, 1, 0, logits.data());
  return logits;
}

// Those of a mask's tokens; none where that is no faster than all of the row.
std::span<float> BatchEngine::MaskedLogitsOf(int row, const TokenMask& mask, LogitRows& rows) {
  if (row < rows.end) return {};  // they are there
  const auto hidden = static_cast<size_t>(model_->hidden_size());
  // Rows before this one are not asked for again: their place is free.
  const std::span<float> logits(logits_.data(), static_cast<size_t>(vocabulary_.size()));
  rows.begin = rows.end = row;
  const float* state = hidden_.data() + static_cast<size_t>(row) * hidden;
  return model_->MaskedLogits(state, mask, logits.data()) ? logits : std::span<float>();
}

// How many of the largest logits decide every choice of the batch; 0: any token may.
int BatchEngine::WantedTop(std::span<const Scheduler::Work> plan) const {
  if (!options_.two_stage_head) return 0;
  int top = 0;
  for (size_t i = 0; i < plan.size(); ++i) {
    if (batch_[i].n_outputs == 0) continue;
    const GenerationRequest& request = plan[i].sequence->request;
    int wanted = request.logprobs < 0 ? DecisiveTokens(request.sampling) : 0;
    // The likeliest may not be legal, but one of the next nearly always is.
    if (request.shape || request.language != nullptr) wanted = wanted == 1 ? kTriedTokens : 0;
    if (wanted == 0) return 0;
    top = std::max(top, wanted);
  }
  return top;
}

void BatchEngine::ReportProgress(Sequence& sequence) {
  if (sequence.answering() || !sequence.request.on_prompt_progress) return;
  const int n_prompt = sequence.n_prompt();
  if (!sequence.request.on_prompt_progress(std::min(sequence.table.computed, n_prompt), n_prompt)) {
    sequence.cancelled = true;
  }
}

// What both a shape and a language allow; where that is nothing, the shape counts for more.
const TokenMask& BatchEngine::MaskOf(Sequence& sequence) {
  if (!sequence.characters) return sequence.shape->Mask();
  const TokenMask& characters = sequence.characters->Mask(sequence.tokens);
  if (!sequence.shape) return characters;
  both_ = sequence.shape->Mask();
  return both_.AllowOnly(characters) ? both_ : sequence.shape->Mask();
}

bool BatchEngine::Allows(Sequence& sequence, TokenId token) {
  if (sequence.shape && !sequence.shape->Allows(token)) return false;
  if (!sequence.characters || sequence.characters->Allows(sequence.tokens, token)) return true;
  return sequence.shape && MaskOf(sequence).Allows(token);
}

// The next token by logits, shape and language. Where these leave few tokens, only those are
// scored. Where the likeliest token is chosen, the likeliest ones are tried first: the first that
// is legal is the likeliest of the mask.
Result<TokenId> BatchEngine::Pick(Sequence& sequence, int row, LogitRows& rows) {
  const SamplingParams& params = sequence.request.sampling;
  SampleInput input;
  input.history = sequence.tokens;
  input.seed = sequence.seed;
  input.position = sequence.tokens.size();
  const bool bounded = sequence.shape || sequence.characters;
  if (bounded && sequence.request.logprobs < 0) {
    input.logits = MaskedLogitsOf(row, MaskOf(sequence), rows);
  }
  const bool masked = !input.logits.empty();
  if (!masked) input.logits = LogitsOf(row, rows);
  if (!bounded) return sampler_.Sample(params, input);
  if (!masked && DecisiveTokens(params) == 1) {
    const TokenId token = TRY(sampler_.Sample(params, input));
    if (Allows(sequence, token)) return token;
    SelectTop(input.logits, nullptr, kTriedTokens, top_);
    for (const Candidate& candidate : top_) {
      if (Allows(sequence, candidate.id)) return candidate.id;
    }
    if (rows.top > 0) input.logits = AllLogitsOf(row, rows);
  }
  input.mask = &MaskOf(sequence);
  const Result<TokenId> token = SampleMasked(params, input);
  if (!token || !sequence.shape || sequence.shape->Allows(*token)) return token;
  return PickOther(sequence, input, *token);
}

// A choice among the tokens of a mask. A bias may forbid all of them: the shape counts for more.
Result<TokenId> BatchEngine::SampleMasked(const SamplingParams& params, const SampleInput& input) {
  Result<TokenId> token = sampler_.Sample(params, input);
  if (token || params.logit_bias.empty()) return token;
  SamplingParams unbiased = params;
  unbiased.logit_bias.clear();
  return sampler_.Sample(unbiased, input);
}

// Where the vocabulary lacks bytes, a token of the mask may yet lead where no token goes on (see
// Constraint): the choice is made again without it.
Result<TokenId> BatchEngine::PickOther(Sequence& sequence, SampleInput input, TokenId refused) {
  TokenMask mask = *input.mask;
  input.mask = &mask;
  while (true) {
    mask.Forbid(refused);
    const Result<TokenId> token = SampleMasked(sequence.request.sampling, input);
    if (!token || sequence.shape->Allows(*token)) return token;
    refused = *token;
  }
}

bool BatchEngine::ChooseToken(Sequence& sequence, int row, LogitRows& rows) {
  TokenId chosen = 0;
  if (!sequence.decided.empty()) {
    chosen = sequence.decided.front();
    sequence.decided.pop_front();
  } else {
    const Result<TokenId> token = Pick(sequence, row, rows);
    if (!token) {
      sequence.error = token.error();
      Finish(sequence, FinishReason::kError);
      return false;
    }
    chosen = *token;
    if (sequence.shape) sequence.shape->Accept(chosen);
  }
  if (sequence.request.logprobs < 0) return Append(sequence, chosen, nullptr);
  const std::span<const float> logits = LogitsOf(row, rows);
  TokenLogprob logprob;
  const double log_sum = LogSumExp(logits);
  logprob.token = chosen;
  logprob.logprob =
      static_cast<float>(static_cast<double>(logits[static_cast<size_t>(chosen)]) - log_sum);
  TopLogprobs(logits, log_sum, sequence.request.logprobs, top_, logprob.top);
  return Append(sequence, chosen, &logprob);
}

// A chosen token, and what is forced after it.
bool BatchEngine::Append(Sequence& sequence, TokenId token, const TokenLogprob* logprob) {
  sequence.tokens.push_back(token);
  return Say(sequence, token, logprob) && AppendForced(sequence);
}

bool BatchEngine::AppendForced(Sequence& sequence) {
  if (!sequence.shape) return true;
  for (const TokenId token : sequence.shape->TakeForced()) {
    if (sequence.request.logprobs >= 0) {
      sequence.decided.push_back(token);
      continue;
    }
    sequence.tokens.push_back(token);
    if (!Say(sequence, token, nullptr)) return false;
  }
  if (!sequence.shape->ended() || !sequence.decided.empty()) return true;
  Finish(sequence, FinishReason::kStop);
  return false;
}

// What was forced from the beginning has been run with the prompt.
bool BatchEngine::SayForced(Sequence& sequence) {
  if (!sequence.shape) return true;
  while (sequence.n_unsaid > 0) {
    const size_t at = sequence.tokens.size() - static_cast<size_t>(sequence.n_unsaid--);
    if (!Say(sequence, sequence.tokens[at], nullptr)) return false;
  }
  return AppendForced(sequence);
}

// Tells the reply of a token.
bool BatchEngine::Say(Sequence& sequence, TokenId token, const TokenLogprob* logprob) {
  sequence.last_token_s = MonotonicSeconds();
  if (sequence.first_token_s == 0) sequence.first_token_s = sequence.last_token_s;
  const GenerationRequest& request = sequence.request;
  const auto& stops = request.stop_tokens;
  if (std::ranges::find(stops, token) != stops.end()) sequence.stop_token = token;
  if (sequence.stop_token || (vocabulary_.IsEnd(token) && !request.ignore_end)) {
    sequence.reply.PushSilent(token, logprob);
    Finish(sequence, FinishReason::kStop);
    return false;
  }
  if (sequence.reply.Push(token, logprob)) {
    Finish(sequence, FinishReason::kStop);
    return false;
  }
  if (sequence.n_generated() - sequence.n_unsaid >= sequence.max_length - sequence.n_prompt()) {
    Finish(sequence, FinishReason::kLength);
    return false;
  }
  Emit(sequence);
  if (!sequence.cancelled) return true;
  Finish(sequence, FinishReason::kCancelled);
  return false;
}

void BatchEngine::Emit(Sequence& sequence) {
  const Delta delta = sequence.reply.TakeDelta();
  if (delta.text.empty() && delta.tokens.empty()) return;
  if (sequence.request.on_delta && !sequence.request.on_delta(delta)) sequence.cancelled = true;
}

void BatchEngine::Finish(Sequence& sequence, FinishReason reason) {
  if (reason == FinishReason::kCancelled) {
    sequence.reply.Abandon();
  } else {
    if (sequence.reply.stop_string().empty()) sequence.reply.Finish();
    Emit(sequence);  // too late to cancel
  }
  NotePrefix(sequence);
  const double now = MonotonicSeconds();
  GenerationResult result;
  result.text = sequence.reply.text();
  // A stop string may have cut the reply inside of tokens that were forced together.
  result.tokens.assign(sequence.tokens.begin() + sequence.n_prompt(),
                       sequence.tokens.end() - sequence.n_unsaid);
  result.finish = reason;
  result.stop_string = sequence.reply.stop_string();
  result.stop_token = sequence.stop_token;
  result.error = sequence.error;
  result.seed = sequence.seed;
  if (sequence.shape) {
    result.shortened_at = sequence.shape->ShortenedAt();
    result.copied = Compiled(*sequence.request.shape).Copied(result.text);
  }
  GenerationStats& stats = result.stats;
  stats.prompt_tokens = sequence.n_prompt();
  stats.cached_tokens = std::min(sequence.cached_tokens, sequence.n_prompt());
  stats.generated_tokens = static_cast<int>(result.tokens.size());
  if (stats.generated_tokens > 0) {
    stats.prefill_s = sequence.first_token_s - sequence.started_s;
    stats.decode_s = sequence.last_token_s - sequence.first_token_s;
    stats.first_token_s = sequence.first_token_s - sequence.submitted_s;
  } else if (sequence.started_s > 0) {
    stats.prefill_s = now - sequence.started_s;
  }
  const RequestId id = sequence.id;
  scheduler_.Remove(id);
  results_.emplace(id, std::move(result));
}

std::optional<GenerationResult> BatchEngine::Take(RequestId id) {
  const auto it = results_.find(id);
  if (it == results_.end()) return std::nullopt;
  GenerationResult result = std::move(it->second);
  results_.erase(it);
  return result;
}

void BatchEngine::Cancel(RequestId id) {
  Sequence* sequence = scheduler_.Find(id);
  if (sequence == nullptr) return;
  if (!busy_) {
    Finish(*sequence, FinishReason::kCancelled);
    return;
  }
  // Called from a callback: the batch may still hold the sequence, so the step ends it.
  sequence->cancelled = true;
  cancelled_.push_back(id);
}

// After the last callback of a step: ends what callbacks have cancelled.
void BatchEngine::EndCallbacks() {
  busy_ = false;
  for (const RequestId id : cancelled_) {
    if (Sequence* sequence = scheduler_.Find(id)) Finish(*sequence, FinishReason::kCancelled);
  }
  cancelled_.clear();
}

Result<GenerationResult> BatchEngine::Generate(GenerationRequest request) {
  if (busy_) return std::unexpected(InvalidArgument("a callback may not generate"));
  const RequestId id = TRY(Submit(std::move(request)));
  while (true) {
    const Result<bool> more = Step();
    if (std::optional<GenerationResult> result = Take(id)) {
      if (result->error) return std::unexpected(std::move(*result->error));
      return std::move(*result);
    }
    if (!more) {
      Cancel(id);
      Take(id);
      return std::unexpected(more.error());
    }
  }
}

}  // namespace bantam
