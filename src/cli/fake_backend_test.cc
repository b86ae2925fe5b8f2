// The fake model and engine behind the tests of this room.
#include "cli/fake_backend.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "cli/app.h"

namespace bantam::cli {

std::vector<TokenId> FakeModel::Tokenize(std::string_view text,
                                         const TokenizeOptions& options) const {
  constexpr std::string_view kEndText = "<|end|>";
  std::vector<TokenId> ids;
  while (!text.empty()) {
    if (options.parse_special && text.starts_with(kEndText)) {
      ids.push_back(kEnd);
      text.remove_prefix(kEndText.size());
    } else {
      ids.push_back(static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
    }
  }
  return ids;
}

Result<std::string> FakeModel::Detokenize(std::span<const TokenId> ids, bool keep_special) const {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 0 || id > kEnd) {
      return Fail(ErrorCode::kInvalidArgument, "token " + std::to_string(id) + " does not exist");
    }
    if (id != kEnd || keep_special) text += TokenBytes(id);
  }
  return text;
}

std::string_view FakeModel::TokenBytes(TokenId id) const {
  static const std::string bytes = [] {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    return all;
  }();
  if (id == kEnd) return "<|end|>";
  return std::string_view(bytes).substr(static_cast<size_t>(id), 1);
}

Result<std::string> FakeModel::RenderChat(const ChatInput& input) const {
  const Json messages = TRY(Json::Parse(input.messages_json));
  std::string text = input.chat_template;
  for (const Json& message : messages.items()) {
    if (message.Find("content") == nullptr) {
      return Fail(ErrorCode::kInvalidArgument, "template, line 1: no content");
    }
    text +=
        "[" + message.Find("role")->AsString() + "]" + message.Find("content")->AsString() + "\n";
  }
  if (!input.tools_json.empty()) text += "tools:" + input.tools_json + "\n";
  return text + (input.add_generation_prompt ? "[assistant]" : "");
}

FakeEngine::FakeEngine(EngineOptions options, std::shared_ptr<FakeScript> script)
    : options_(std::move(options)), script_(std::move(script)) {
  if (options_.context == 0) options_.context = 1000;
  if (options_.threads == 0) options_.threads = 2;
  script_->engines.push_back(options_);
}

Result<Engine::RequestId> FakeEngine::Submit(GenerationRequest request) {
  const RequestId id = results_.size() + 1;
  results_.emplace(id, TRY(Generate(std::move(request))));
  return id;
}

std::optional<GenerationResult> FakeEngine::Take(RequestId id) {
  return results_.at(id);
}

Result<GenerationResult> FakeEngine::Generate(GenerationRequest request) {
  script_->requests.push_back(request);
  script_->prompts.push_back(*FakeModel().Detokenize(request.prompt, true));
  if (script_->fail_next) return std::unexpected(*std::exchange(script_->fail_next, std::nullopt));
  GenerationResult result;
  result.finish = script_->finish;
  result.shortened_at = script_->shortened_at;
  result.copied = script_->copied;
  result.seed = request.sampling.seed.value_or(99);
  result.stats.prompt_tokens = static_cast<int>(request.prompt.size());
  for (const auto& old : seen_) {
    const auto [end, unused] = std::ranges::mismatch(old, request.prompt);
    if (script_->find_cached && options_.prefix_cache) {
      result.stats.cached_tokens =
          std::max(result.stats.cached_tokens, static_cast<int>(std::distance(old.begin(), end)));
    }
  }
  seen_.push_back(request.prompt);
  std::vector<std::string> pieces{"ok"};
  if (!script_->replies.empty()) {
    pieces = script_->replies.front();
    script_->replies.pop_front();
  }
  if (request.ignore_end) pieces.assign(static_cast<size_t>(std::max(request.max_tokens, 1)), "x");
  const int total = result.stats.prompt_tokens;
  bool go_on = !request.on_prompt_progress || request.on_prompt_progress(total, total);
  for (size_t i = 0; i < pieces.size() && go_on; ++i) {
    if (script_->before_piece) script_->before_piece(i);
    result.text += pieces[i];
    ++result.stats.generated_tokens;
    go_on =
        !request.on_delta || request.on_delta({.text = pieces[i], .tokens = {}, .logprobs = {}});
  }
  if (!go_on) result.finish = FinishReason::kCancelled;
  result.stats.prefill_s = 0.5;
  result.stats.decode_s = 2;
  result.stats.first_token_s = 0.6;
  return result;
}

Result<int> FakeEngine::SavePrefix(std::span<const TokenId> tokens, const std::string& path) {
  script_->saved_prefixes[path] = tokens.size();
  return static_cast<int>(tokens.size());
}

Result<int> FakeEngine::LoadPrefix(const std::string& path) {
  script_->loaded_prefixes.push_back(path);
  return 0;
}

Result<void> FakeEngine::Score(std::span<const TokenId> tokens, int top, int from,
                               const std::function<bool(const ScoredPosition&)>& on_position) {
  for (int i = from; i < static_cast<int>(tokens.size()); ++i) {
    const std::vector<float> logits{static_cast<float>(i), 0.5F};
    ScoredPosition position{
        .pos = i, .token = tokens[i], .logprob = std::nullopt, .top = {}, .logits = logits};
    if (i > 0) position.logprob = -1.0;
    for (int j = 0; j < top; ++j) position.top.emplace_back(j, -0.1F);
    if (!on_position(position)) break;
  }
  return {};
}

namespace {

// Writes with the tokens of FakeModel, without a budget: tries each byte on a reader of its own.
class ByteWriter final : public ShapeWriter {
 public:
  explicit ByteWriter(std::shared_ptr<const Shape> shape) : shape_(std::move(shape)) {}

  std::span<const uint64_t> Allowed() override {
    mask_.assign(5, 0);
    for (TokenId id = 0; id <= FakeModel::kEnd; ++id) {
      const auto at = static_cast<size_t>(id);
      if (Allows(id)) mask_[at / 64] |= uint64_t{1} << (at % 64);
    }
    return mask_;
  }
  bool Accept(TokenId token) override {
    if (!Allows(token)) return false;
    ended_ = token == FakeModel::kEnd;
    if (!ended_) text_ += static_cast<char>(token);
    return true;
  }
  bool Finished() override { return ended_; }
  const std::string& text() const override { return text_; }
  uint32_t CompletionBytes() const override { return Reader()->CompletionBytes(); }
  bool Shortened() const override { return false; }

 private:
  std::unique_ptr<ShapeReader> Reader() const {
    auto reader = ShapeReader::Start(shape_);
    for (const char c : text_) reader->Push(static_cast<uint8_t>(c));
    return reader;
  }
  bool Allows(TokenId token) const {
    if (ended_) return false;
    const auto reader = Reader();
    return token == FakeModel::kEnd ? reader->Accepting()
                                    : reader->Push(static_cast<uint8_t>(token));
  }

  std::shared_ptr<const Shape> shape_;
  std::string text_;
  std::vector<uint64_t> mask_;
  bool ended_ = false;
};

// What is said of memory.
void AddMemory(FakeWorld& world) {
  world.backend.plan = [](const std::string&, int context, int, Precision precision,
                          WeightLayout weights, KvPrecision kv) {
    const bool exact = precision == Precision::kExact;
    const bool mapped = exact || weights == WeightLayout::kMapped;
    return Result<MemoryPlan>({.weights = 1024,
                               .mapped = mapped ? uint64_t{1000} : 0,
                               .kv_cache = uint64_t{exact                    ? 4U
                                                    : kv == KvPrecision::k16 ? 2U
                                                                             : 1U} *
                                           context,
                               .scratch = 512});
  };
  world.backend.fit = [&world](const std::string&, const LoadOptions& options,
                               std::span<const uint64_t> budgets) {
    world.load_options = options;
    world.fit_budgets.assign(budgets.begin(), budgets.end());
    return Result<std::vector<Result<MemoryChoice>>>(world.fits);
  };
}

}  // namespace

Result<Embeddings> FakeEncoder::Embed(std::span<const std::string_view> texts,
                                      const EmbedOptions& given) {
  options = given;
  batch_sizes.push_back(texts.size());
  const auto most = static_cast<size_t>(given.max_tokens > 0 ? given.max_tokens : max_tokens());
  Embeddings out;
  out.dims = dims();
  for (const std::string_view text : texts) {
    out.values.push_back(static_cast<float>(text.size()));
    out.values.push_back(text.empty() ? 0.5F : static_cast<float>(text[0]));
    const size_t read = std::min(text.size(), most);
    out.tokens.push_back(static_cast<int>(read));
    out.left_out.push_back(static_cast<int64_t>(text.size() - read));
  }
  return out;
}

namespace {

void DescribeTiny(ModelInfo& info) {
  info.path = "tiny.gguf";
  info.name = "Tiny";
  info.architecture = "qwen2";
  info.quantisation = "Q4_0";
  info.tokenizer = "bytes";
  info.context_length = 5000;
  info.vocabulary_size = 257;
  info.chat_template = "{{ messages }}";
}

}  // namespace

FakeWorld::FakeWorld()
    : env{.in = in,
          .out = out,
          .err = err,
          .backend = backend,
          .variable = [this](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          }} {
  DescribeTiny(model->info_);
  const auto load = [this](const std::string& path) -> Result<std::shared_ptr<const Model>> {
    if (path != "tiny.gguf") return Fail(ErrorCode::kNotFound, "cannot open '" + path + "'");
    return model;
  };
  backend.load = [this, load](const std::string& path, const LoadOptions& options) {
    load_options = options;
    if (load_error) return Result<std::shared_ptr<const Model>>(std::unexpected(*load_error));
    return load(path);
  };
  backend.load_vocabulary = load;
  backend.inspect = [this, load](const std::string& path) -> Result<ModelInfo> {
    TRY(load(path));
    return model->info_;
  };
  backend.check = [](const std::string&, const std::vector<AdapterSource>&) {
    return Result<void>();
  };
  AddMemory(*this);
  backend.load_encoder = [this](const std::string&,
                                const EncoderOptions& options) -> Result<std::shared_ptr<Encoder>> {
    encoder_options = options;
    return encoder;
  };
  backend.create_engine = [this](std::shared_ptr<const Model>,
                                 const EngineOptions& options) -> Result<std::unique_ptr<Engine>> {
    return std::make_unique<FakeEngine>(options, script);
  };
  backend.validate = [](const SamplingParams& params) -> Result<void> {
    if (params.temperature < 0) {
      return Fail(ErrorCode::kInvalidArgument, "temperature must be at least 0");
    }
    return {};
  };
  backend.compile_shape = Shape::Compile;
  backend.needs_copy_source = Shape::NeedsCopySource;
  backend.start_reader = ShapeReader::Start;
  backend.start_writer = [](std::shared_ptr<const Shape> shape, std::shared_ptr<const Model>,
                            int) -> Result<std::unique_ptr<ShapeWriter>> {
    return std::make_unique<ByteWriter>(std::move(shape));
  };
  backend.isa = [] { return std::string("scalar"); };
  backend.peak_memory = [] { return uint64_t{3} << 20; };
  backend.describe_machine = [this] { return machine; };
  backend.measure_machine = [this](int threads, int prefill_threads) -> Result<MachineSpeed> {
    measured_threads = threads;
    measured_prefill_threads = prefill_threads;
    return speed;
  };
  backend.measure_disk = [this](const std::string&) { return disk; };
  backend.memory_reader = [this](int threads) -> Result<std::unique_ptr<MemoryReader>> {
    measured_threads = threads;
    return std::make_unique<FakeMemoryReader>();
  };
}

int FakeWorld::Run(const std::vector<std::string>& args) {
  return RunApp(env, args);
}

TemporaryDirectory::TemporaryDirectory() {
  path_ = std::filesystem::temp_directory_path().string() + "/bantam-cli-XXXXXX";
  EXPECT_NE(mkdtemp(path_.data()), nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::Write(const std::string& name, std::string_view text) const {
  std::ofstream(File(name), std::ios::binary) << text;
  return File(name);
}

std::string ReadBack(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return "(missing)";
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace bantam::cli
