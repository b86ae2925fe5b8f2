// Stages of a reply: free text, a call, free text again.
#include "server/api/reply_run.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "server/api/call_reader.h"
#include "server/api/fields.h"
#include "server/api/status_of.h"

namespace bantam::server {
namespace {

constexpr int kMaxCalls = 32;

class ReplyRun : public std::enable_shared_from_this<ReplyRun> {
 public:
  ReplyRun(ModelHost& host, std::shared_ptr<Lease> lease, std::shared_ptr<ReplySink> sink,
           std::shared_ptr<const ReplyRequest> request, int choice, uint64_t seed, int index)
      : host_(host),
        lease_(std::move(lease)),
        sink_(std::move(sink)),
        request_(std::move(request)),
        detector_(request_->tools),
        thinking_(request_->thinking),
        index_(index) {
    end_.seed = seed + static_cast<uint64_t>(choice);
    prompt_ = request_->prompt;
    n_stages_ = request_->again ? 1 : 0;
  }

  Job FirstJob() {
    Job job = request_->tools.forced() ? CallJob(request_->style.open) : FreeJob();
    job.score_top = request_->score_top;
    job.on_scored = [self = shared_from_this()](PromptScores scores) {
      self->sink_->OnPromptScores(self->index_, std::move(scores));
    };
    return job;
  }

 private:
  bool with_tools() const { return request_->tools.usable() && request_->shape == nullptr; }

  Job NewJob() {
    const ReplyOptions& options = request_->options;
    Job job;
    job.client = request_->client;
    job.state = request_->state;
    job.deadlines = options.deadlines;
    job.continues = n_stages_++ > 0;
    GenerationRequest& generation = job.request;
    generation.prompt = prompt_;
    generation.sampling = options.sampling;
    generation.sampling.seed = end_.seed;
    generation.max_tokens =
        options.max_tokens < 0 ? -1 : std::max(0, options.max_tokens - Generated());
    generation.keep_tokens = request_->keep_tokens;
    generation.adapter_scales = options.adapter_scales;
    generation.keep_special = options.keep_special;
    return job;
  }

  // A call that no limit cuts off.
  bool HasRoomForCall() const {
    const int most = request_->options.max_tokens;
    return most < 0 ||
           most - Generated() > static_cast<int>(request_->call_shape->shortest_bytes());
  }

  int Generated() const { return end_.stats.generated_tokens; }

  Job FreeJob() {
    Job job = NewJob();
    const ReplyOptions& options = request_->options;
    job.request.stop = options.stop;
    job.request.stop_tokens = options.stop_tokens;
    job.request.ignore_end = options.ignore_end;
    job.request.logprobs = options.logprobs;
    job.request.shape = request_->shape;
    if (!request_->any_characters) job.request.language = options.language;
    job.request.language_ascii = with_tools();
    if (with_tools() && !request_->style.open.empty()) {
      job.request.stop.push_back(request_->style.open);
      job.request.keep_special |= request_->style.special;
    }
    text_.clear();
    deciding_ = with_tools() && end_.n_tool_calls == 0 && HasRoomForCall();
    restart_ = false;
    job.request.on_delta = [self = shared_from_this()](const Delta& delta) {
      return self->OnDelta(delta);
    };
    job.on_done = [self = shared_from_this()](Result<JobResult> result) {
      self->OnFreeDone(std::move(result));
    };
    return job;
  }

  // A call after what the prompt has so far and `open`.
  Job CallJob(const std::string& open) {
    if (!open.empty()) Append(open + request_->style.after_open);
    Job job = NewJob();
    job.request.shape = request_->call_shape;
    reader_.emplace(request_->tools, request_->style);
    job.request.on_delta = [self = shared_from_this()](const Delta& delta) {
      return self->OnCallDelta(delta);
    };
    job.on_done = [self = shared_from_this()](Result<JobResult> result) {
      self->OnCallDone(std::move(result));
    };
    return job;
  }

  void Append(const std::string& text) {
    const auto tokens =
        lease_->model().Tokenize(text, {.add_special = false, .parse_special = true});
    prompt_.insert(prompt_.end(), tokens.begin(), tokens.end());
  }

  bool OnDelta(const Delta& delta) {
    if (deciding_) {
      held_.push_back(delta);
      text_ += delta.text;
      switch (detector_.Look(text_)) {
        case CallDetector::Verdict::kOpen: return true;
        case CallDetector::Verdict::kCall: restart_ = true; return false;
        case CallDetector::Verdict::kText: deciding_ = false; return Flush();
      }
    }
    if (end_.n_tool_calls > 0 && !said_after_) {
      // Blanks between calls are no text of the reply.
      if (delta.text.find_first_not_of(" \n\r\t") == std::string::npos) return true;
      said_after_ = true;
    }
    return Say(delta);
  }

  bool OnCallDelta(const Delta& delta) {
    std::vector<CallPiece> pieces;
    reader_->Push(delta.text, pieces);
    bool go_on = true;
    for (CallPiece& piece : pieces) {
      piece.index += end_.n_tool_calls;
      go_on = go_on && sink_->OnCallPiece(index_, piece);
    }
    return go_on;
  }

  bool Flush() {
    bool go_on = true;
    for (const Delta& delta : held_) go_on = go_on && Say(delta);
    held_.clear();
    return go_on;
  }

  bool Say(const Delta& delta) {
    if (request_->thinking == ThinkSplitter::Start::kOff) return sink_->OnDelta(index_, delta);
    const bool answered = thinking_.answering();
    std::vector<ThinkSplitter::Piece> pieces = thinking_.Push(delta.text);
    bool go_on = true;
    if (!answered && thinking_.answering() && thinking_.has_thought()) {
      // The tokens of the tag, and of blanks after it, are none of the answer's.
      for (size_t i = 0; i + 1 < pieces.size(); ++i) unsaid_.text += pieces[i].text;
      go_on = SayUnsaid(true);
      if (!pieces.empty()) pieces.erase(pieces.begin(), pieces.end() - 1);
    }
    unsaid_.tokens.insert(unsaid_.tokens.end(), delta.tokens.begin(), delta.tokens.end());
    unsaid_.logprobs.insert(unsaid_.logprobs.end(), delta.logprobs.begin(), delta.logprobs.end());
    return go_on && SayPieces(std::move(pieces));
  }

  bool SayUnsaid(bool thought) {
    if (unsaid_.text.empty() && unsaid_.tokens.empty()) return true;
    const Delta delta = std::exchange(unsaid_, Delta());
    if (thought) end_.reasoning_tokens += static_cast<int>(delta.tokens.size());
    return thought ? sink_->OnReasoning(index_, delta) : sink_->OnDelta(index_, delta);
  }

  bool SayPieces(std::vector<ThinkSplitter::Piece> pieces) {
    bool go_on = true;
    for (ThinkSplitter::Piece& piece : pieces) {
      if (!go_on) break;
      unsaid_.text = std::move(piece.text);
      go_on = SayUnsaid(piece.thought);
    }
    return go_on;
  }

  void Add(const GenerationResult& result) {
    GenerationStats& stats = end_.stats;
    if (n_done_++ == 0) {
      stats.prompt_tokens = result.stats.prompt_tokens;
      stats.cached_tokens = result.stats.cached_tokens;
      stats.prefill_s = result.stats.prefill_s;
      stats.first_token_s = result.stats.first_token_s;
    } else {
      stats.decode_s += result.stats.prefill_s;
    }
    stats.decode_s += result.stats.decode_s;
    stats.generated_tokens += result.stats.generated_tokens;
    end_.tokens.insert(end_.tokens.end(), result.tokens.begin(), result.tokens.end());
    end_.finish = result.finish;
    end_.stop_string = result.stop_string;
    end_.stop_token = result.stop_token;
    if (result.shortened_at) end_.shortened_at = result.shortened_at;
    end_.copied = result.copied;
  }

  // An error about no field of its own is about what the shape asks for.
  static Error Told(const Error& error, const std::string& field) {
    const bool named = !FieldOf(error.message).empty();
    if (error.code != ErrorCode::kInvalidArgument || named || field.empty()) return error;
    return About(field, error).error();
  }

  void TimeOut() {
    end_.timed_out = true;
    end_.finish = FinishReason::kLength;
  }

  void OnFreeDone(Result<JobResult> result) {
    if (!result) {
      const auto& shape = request_->options.shape;
      return End(std::unexpected(Told(result.error(), shape ? shape->field : "")));
    }
    GenerationResult& reply = result->generation;
    if (restart_) {
      held_.clear();
      ++n_done_;
      end_.stats = reply.stats;
      end_.stats.generated_tokens = 0;
      return Continue(CallJob(""));
    }
    const bool calls = with_tools() && reply.finish == FinishReason::kStop &&
                       !request_->style.open.empty() && reply.stop_string == request_->style.open;
    Add(reply);
    if (result->timed_out) TimeOut();
    Flush();
    if (request_->options.include_stop && !calls && !reply.stop_string.empty()) {
      Say({reply.stop_string, {}, {}});
    }
    if (SayPieces(thinking_.Finish())) SayUnsaid(!thinking_.answering());
    if (!calls || end_.n_tool_calls >= kMaxCalls) return End(std::move(end_));
    end_.stop_string.clear();
    GoOnAfter(reply);
    Continue(CallJob(""));
  }

  // The prompt of a call: what was said, up to its mark.
  void GoOnAfter(const GenerationResult& reply) {
    const std::string& open = request_->style.open;
    const auto said = lease_->model().Detokenize(reply.tokens, true);
    if (said && said->ends_with(open)) {
      prompt_.insert(prompt_.end(), reply.tokens.begin(), reply.tokens.end());
      Append(request_->style.after_open);
    } else {
      Append(reply.text + open + request_->style.after_open);
    }
  }

  void OnCallDone(Result<JobResult> result) {
    if (!result) {
      // The rest of the limit is too small for any call.
      if (n_done_ > 0 && result.error().code == ErrorCode::kInvalidArgument) {
        end_.finish = FinishReason::kLength;
        return End(std::move(end_));
      }
      return End(std::unexpected(Told(result.error(), "tools")));
    }
    GenerationResult& reply = result->generation;
    Add(reply);
    if (reader_->calls().empty()) {
      if (result->timed_out) TimeOut();
      return End(std::move(end_));
    }
    bool listening = true;
    for (const ToolCall& call : reader_->calls()) {
      ++end_.n_tool_calls;
      listening = listening && sink_->OnToolCall(index_, call);
    }
    const bool more =
        listening && request_->tools.several() && !request_->style.close.empty() &&
        !end_.shortened_at && end_.n_tool_calls < kMaxCalls &&
        reply.finish == FinishReason::kStop &&
        (request_->options.max_tokens < 0 || Generated() < request_->options.max_tokens);
    if (!more) return End(std::move(end_));
    Append(reply.text + "\n" + request_->style.close);
    Continue(FreeJob());
  }

  void Continue(Job job) {
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    if (const auto submitted = host_.Submit(*lease_, std::move(jobs)); !submitted) {
      End(std::unexpected(submitted.error()));
    }
  }

  void End(Result<ReplyEnd> end) {
    // The limit is the context's, or the request's own: a call that came before it is whole.
    if (end && end->n_tool_calls > 0 && end->finish == FinishReason::kLength) {
      end->finish = FinishReason::kStop;
    }
    sink_->OnEnd(index_, std::move(end));
  }

  ModelHost& host_;
  const std::shared_ptr<Lease> lease_;
  const std::shared_ptr<ReplySink> sink_;
  const std::shared_ptr<const ReplyRequest> request_;
  const CallDetector detector_;
  ThinkSplitter thinking_;
  const int index_;

  std::vector<TokenId> prompt_;
  ReplyEnd end_;
  int n_stages_ = 0;
  int n_done_ = 0;
  std::string text_;         // of this stage, while it is not clear what it is
  std::vector<Delta> held_;  // likewise
  Delta unsaid_;             // tokens of text that is not yet known to be thought or answer
  std::optional<CallReader> reader_;  // of this stage, if it is a call
  bool deciding_ = false;
  bool restart_ = false;
  bool said_after_ = false;  // text after the last call
};

}  // namespace

Result<void> RunReplies(ModelHost& host, const std::shared_ptr<Lease>& lease,
                        std::vector<ReplyRequest> requests,
                        const std::shared_ptr<ReplySink>& sink) {
  std::vector<Job> jobs;
  int index = 0;
  for (ReplyRequest& request : requests) {
    const auto shared = std::make_shared<const ReplyRequest>(std::move(request));
    const uint64_t seed = shared->options.sampling.seed.value_or(SystemSeed());
    for (int choice = 0; choice < shared->options.n; ++choice) {
      const auto run = std::make_shared<ReplyRun>(host, lease, sink, shared, choice, seed, index++);
      jobs.push_back(run->FirstJob());
    }
  }
  return host.Submit(*lease, std::move(jobs));
}

}  // namespace bantam::server
