// Tests of config.json: which keys become which metadata, and what is refused by name.
#include "format/hf_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/json.h"

namespace bantam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Json Parsed(const std::string& text) {
  auto json = Json::Parse(text);
  EXPECT_TRUE(json) << text;
  return *json;
}

// A small model's config.json with some keys replaced; "null" as good as removes one.
std::string Config(const std::string& changes = "{}") {
  Json config = Parsed(R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"],
      "num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 96,
      "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 512,
      "vocab_size": 160, "rms_norm_eps": 1e-6, "hidden_act": "silu", "dtype": "bfloat16"})");
  const Json changed = Parsed(changes);
  for (const auto& [key, value] : changed.members()) config.Set(key, value);
  return config.Dump();
}

std::string ErrorOf(const std::string& text) {
  const auto config = ReadHfConfig(text);
  return config ? "none"
                : std::string(ErrorName(config.error().code)) + ": " + config.error().message;
}

TEST(HfConfig, BecomesMetadataOfAGgufFile) {
  const auto config = ReadHfConfig(Config());
  ASSERT_TRUE(config) << config.error().message;
  const Metadata& metadata = config->metadata;
  EXPECT_EQ(metadata.GetString("general.architecture").value(), "llama");
  EXPECT_EQ(metadata.GetUint("general.file_type").value(), 32U);
  EXPECT_EQ(metadata.GetUint("llama.block_count").value(), 2U);
  EXPECT_EQ(metadata.GetUint("llama.embedding_length").value(), 64U);
  EXPECT_EQ(metadata.GetUint("llama.feed_forward_length").value(), 96U);
  EXPECT_EQ(metadata.GetUint("llama.attention.head_count").value(), 4U);
  EXPECT_EQ(metadata.GetUint("llama.attention.head_count_kv").value(), 2U);
  EXPECT_EQ(metadata.GetUint("llama.context_length").value(), 512U);
  EXPECT_EQ(metadata.GetUint("llama.vocab_size").value(), 160U);
  EXPECT_EQ(metadata.GetFloat("llama.attention.layer_norm_rms_epsilon").value(), 1e-6);
  EXPECT_EQ(metadata.GetFloat("llama.rope.freq_base").value(), 10000);
  EXPECT_EQ(metadata.Find("llama.attention.key_length"), nullptr);
  EXPECT_FALSE(config->tied);
  EXPECT_FALSE(config->tied_given);
  EXPECT_EQ(config->quantization.method, HfQuantization::Method::kNone);
}

TEST(HfConfig, RopeIsReadFromBothGenerationsOfKeys) {
  for (const char* change :
       {R"({"rope_theta": 5e5, "rope_scaling": {"type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 128}})",
        R"({"rope_parameters": {"rope_theta": 5e5, "rope_type": "yarn", "factor": 4.0,
            "original_max_position_embeddings": 128}})"}) {
    const auto config = ReadHfConfig(Config(change));
    ASSERT_TRUE(config) << config.error().message;
    const Metadata& metadata = config->metadata;
    EXPECT_EQ(metadata.GetFloat("llama.rope.freq_base").value(), 5e5);
    EXPECT_EQ(metadata.GetString("llama.rope.scaling.type").value(), "yarn");
    EXPECT_EQ(metadata.GetFloat("llama.rope.scaling.factor").value(), 4);
    EXPECT_EQ(metadata.GetUint("llama.rope.scaling.original_context_length").value(), 128U);
  }
}

// As the classes of transformers 5.5 have it.
TEST(HfConfig, WhatIsMissingIsAsTransformersHasIt) {
  const auto window = [](const char* changes, const char* key) {
    const auto config = ReadHfConfig(Config(changes));
    EXPECT_TRUE(config) << config.error().message;
    return config ? config->metadata.GetUint(key).value_or(0) : 1;
  };
  EXPECT_EQ(window(R"({"model_type": "mistral"})", "llama.attention.sliding_window"), 4096U);
  EXPECT_EQ(window(R"({"model_type": "mistral", "sliding_window": null})",
                   "llama.attention.sliding_window"),
            0U);
  EXPECT_EQ(window(R"({"model_type": "mistral", "sliding_window": 64})",
                   "llama.attention.sliding_window"),
            64U);
  EXPECT_EQ(window(R"({"model_type": "phi3"})", "phi3.attention.sliding_window"), 0U);
  EXPECT_EQ(window(R"({"model_type": "starcoder2", "hidden_act": "gelu_pytorch_tanh",
                       "norm_epsilon": 1e-5})",
                   "starcoder2.attention.sliding_window"),
            0U);
  EXPECT_EQ(window(R"({"model_type": "llama"})", "llama.attention.sliding_window"), 0U);
  EXPECT_EQ(window(R"({"model_type": "qwen3"})", "qwen3.attention.key_length"), 128U);
  EXPECT_EQ(window(R"({"model_type": "qwen3", "head_dim": 32})", "qwen3.attention.key_length"),
            32U);
  const auto gemma = ReadHfConfig(Config(R"({"model_type": "gemma3_text"})"));
  ASSERT_TRUE(gemma) << gemma.error().message;
  EXPECT_EQ(gemma->metadata.GetUint("gemma3.attention.sliding_window").value(), 4096U);
  EXPECT_EQ(gemma->metadata.GetUint("gemma3.attention.key_length").value(), 256U);
  EXPECT_EQ(gemma->metadata.GetFloat("gemma3.attention.scale").value(), 1.0 / 16);
  EXPECT_TRUE(gemma->tied);
  EXPECT_FALSE(ReadHfConfig(Config())->tied);
}

TEST(HfConfig, PositionsOfRobertaBeginAfterThePaddingToken) {
  for (const auto& [type, name] :
       {std::pair{"roberta", "RobertaModel"}, std::pair{"xlm-roberta", "XLMRobertaForMaskedLM"},
        std::pair{"camembert", "CamembertModel"}}) {
    const auto of = [type](const std::string& class_name, const std::string& pad) {
      return ReadHfConfig(Config(R"({"hidden_act": "gelu", "max_position_embeddings": 514,
          "model_type": ")" + std::string(type) +
                                 R"(", "architectures": [")" + class_name +
                                 R"("], "pad_token_id": )" + pad + "}"));
    };
    const auto config = of(name, "1");
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->metadata.GetString("general.architecture").value(), "bert");
    EXPECT_EQ(config->metadata.GetUint("bert.context_length").value(), 512U);
    EXPECT_EQ(config->first_position, 2U);
    const auto earlier = of(name, "0");
    ASSERT_TRUE(earlier) << earlier.error().message;
    EXPECT_EQ(earlier->metadata.GetUint("bert.context_length").value(), 513U);
    const auto small = of(name, "513");
    ASSERT_FALSE(small);
    EXPECT_THAT(small.error().message, HasSubstr("expected above pad_token_id + 1"));
    const auto other = of("BertModel", "1");
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr("; this build knows encoders without a head"));
  }
}

TEST(HfConfig, NumbersThatAreMissingAreTheClassOnes) {
  struct Row {
    const char* type;
    const char* prefix;
    uint64_t context;
    uint64_t kv_heads;
    double epsilon;
  };
  for (const Row& row :
       {Row{"qwen2", "qwen2", 32768, 32, 1e-6}, Row{"llama", "llama", 2048, 0, 1e-6},
        Row{"mistral", "llama", 131072, 8, 1e-6}, Row{"qwen3", "qwen3", 32768, 32, 1e-6},
        Row{"phi3", "phi3", 4096, 0, 1e-5}, Row{"starcoder2", "starcoder2", 4096, 2, 1e-5},
        Row{"gemma3_text", "gemma3", 131072, 4, 1e-6}, Row{"smollm3", "smollm3", 32768, 4, 1e-6},
        Row{"granite", "granite", 2048, 0, 1e-6}, Row{"bert", "bert", 512, 0, 1e-12},
        Row{"roberta", "bert", 510, 0, 1e-12}}) {
    const std::string sizes = R"("num_hidden_layers": 2, "hidden_size": 64,
        "intermediate_size": 96, "num_attention_heads": 4, "vocab_size": 160, "model_type": ")" +
                              std::string(row.type) + "\"";
    const auto config = ReadHfConfig("{" + sizes + "}");
    ASSERT_TRUE(config) << row.type << config.error().message;
    const Metadata& metadata = config->metadata;
    const std::string prefix = std::string(row.prefix) + ".";
    const std::string norm = prefix + "attention.layer_norm_";
    EXPECT_EQ(metadata.GetUint(prefix + "context_length").value(), row.context) << row.type;
    EXPECT_EQ(metadata.GetUint(prefix + "attention.head_count_kv").value_or(0), row.kv_heads);
    const bool has_rms = metadata.Find(norm + "rms_epsilon") != nullptr;
    EXPECT_EQ(metadata.GetFloat(norm + (has_rms ? "rms_epsilon" : "epsilon")).value(), row.epsilon)
        << row.type;
    const auto null = ReadHfConfig("{" + sizes + R"(, "num_key_value_heads": null})");
    ASSERT_TRUE(null) << null.error().message;
    EXPECT_EQ(null->metadata.Find(prefix + "attention.head_count_kv"), nullptr) << row.type;
  }
}

// As far as transformers' class for the model_type does.
TEST(HfConfig, KeysOfOtherClassesChangeNothing) {
  const auto plain = ReadHfConfig(Config());
  ASSERT_TRUE(plain) << plain.error().message;
  for (const char* key : {"query_pre_attn_scalar", "final_logit_softcapping",
                          "attn_logit_softcapping", "rope_local_base_freq", "partial_rotary_factor",
                          "attention_multiplier", "sliding_window"}) {
    const auto config = ReadHfConfig(Config(std::string("{\"") + key + "\": 0.5}"));
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->metadata.entries().size(), plain->metadata.entries().size()) << key;
  }
  const auto gemma = [](const char* changes) {
    return ErrorOf(Config(std::string(R"({"model_type": "gemma3_text", )") + changes + "}"));
  };
  EXPECT_EQ(gemma(R"("hidden_act": "relu")"), "none");
  EXPECT_THAT(gemma(R"("hidden_activation": "relu")"), HasSubstr("hidden_activation"));
  EXPECT_THAT(gemma(R"("attn_logit_softcapping": 50)"), HasSubstr("attn_logit_softcapping"));
  EXPECT_THAT(gemma(R"("query_pre_attn_scalar": 0)"), HasSubstr("query_pre_attn_scalar"));
}

TEST(HfConfig, PartsOfHeadsRotateOnlyWhereTheClassReadsTheKey) {
  const auto dim = [](const char* changes) {
    const auto config = ReadHfConfig(Config(changes));
    EXPECT_TRUE(config) << config.error().message;
    return config ? config->metadata.GetUint("phi3.rope.dimension_count").value_or(0) : 1;
  };
  EXPECT_EQ(dim(R"({"model_type": "phi3", "partial_rotary_factor": 0.5})"), 8U);
  EXPECT_EQ(dim(R"({"model_type": "phi3", "partial_rotary_factor": 0.5,
                    "rope_parameters": {"partial_rotary_factor": 0.75}})"),
            12U);
  EXPECT_EQ(dim(R"({"rope_parameters": {"partial_rotary_factor": 0.5}})"), 0U);
  EXPECT_THAT(ErrorOf(Config(R"({"partial_rotary_factor": 0.5,
                                 "rope_scaling": {"type": "linear", "factor": 2}})")),
              AllOf(HasSubstr("unsupported"), HasSubstr("partial_rotary_factor")));
}

TEST(HfConfig, OfTwoPlacesOneCounts) {
  const auto original = [](const char* changes, const char* key) {
    const auto config = ReadHfConfig(Config(changes));
    EXPECT_TRUE(config) << config.error().message;
    return config ? config->metadata.GetUint(key).value_or(0) : 1;
  };
  constexpr const char* kKey = "llama.rope.scaling.original_context_length";
  EXPECT_EQ(original(R"({"original_max_position_embeddings": 64, "rope_scaling": {"type": "yarn",
                         "factor": 4, "original_max_position_embeddings": 128}})",
                     kKey),
            64U);
  EXPECT_EQ(original(R"({"rope_parameters": {"rope_type": "default"}, "rope_scaling": {
                         "type": "yarn", "factor": 4}})",
                     kKey),
            512U);
  EXPECT_EQ(original(R"({"rope_parameters": {"rope_type": "yarn", "factor": 4},
                         "rope_scaling": {}})",
                     kKey),
            512U);
  EXPECT_EQ(original(R"({"model_type": "phi3", "rope_scaling": {"type": "longrope",
                         "original_max_position_embeddings": 128, "short_factor": [1],
                         "long_factor": [2]}})",
                     "phi3.rope.scaling.original_context_length"),
            4096U);
  EXPECT_THAT(ErrorOf(Config(R"({"model_type": "gemma3_text", "rope_parameters": {
                  "rope_type": "default"}, "rope_scaling": {"type": "linear", "factor": 2}})")),
              HasSubstr("rope_scaling"));
}

// As transformers (5.5) does, where it does not pass over them without a word.
TEST(HfConfig, TheOlderNameOfRopeTypeCountsWhereTheClassReadsIt) {
  const auto scaling = [](const std::string& type, const std::string& rope) {
    const auto config = ReadHfConfig(
        Config(R"({"hidden_act": "silu", "model_type": ")" + type + "\", " + rope + "}"));
    if (!config) return config.error().message;
    const std::string key(config->architecture->architecture);
    return std::string(config->metadata.GetStringOr(key + ".rope.scaling.type", "none").value());
  };
  for (const char* type : {"llama", "mistral", "qwen2", "qwen3", "smollm3", "granite"}) {
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
      const std::string rope = std::string("\"") + key + R"(": {"type": "linear", "factor": 2})";
      EXPECT_EQ(scaling(type, rope), "linear") << type << rope;
    }
  }
  const auto gemma = [&](const char* rope) { return scaling("gemma3_text", rope); };
  EXPECT_EQ(gemma(R"("rope_scaling": {"rope_type": "linear", "factor": 2})"), "linear");
  EXPECT_EQ(gemma(R"("rope_scaling": {"rope_type": "linear", "type": "default", "factor": 2})"),
            "linear");
  EXPECT_EQ(gemma(R"("rope_scaling": {"type": "default"})"), "none");
  EXPECT_EQ(gemma(R"("rope_parameters": {"full_attention": {"type": "linear", "factor": 2}})"),
            "linear");
  EXPECT_THAT(gemma(R"("rope_scaling": {"type": "linear", "factor": 2})"),
              AllOf(HasSubstr("\"rope_scaling.type\" is \"\\\"linear"), HasSubstr("rope_type")));
  EXPECT_THAT(gemma(R"("rope_scaling": {"full_attention": {"rope_type": "linear", "factor": 2}})"),
              HasSubstr("one object for all layers"));
  EXPECT_THAT(gemma(R"("rope_parameters": {"type": "linear", "factor": 2})"),
              HasSubstr("each kind of layer"));
  EXPECT_THAT(gemma(R"("rope_parameters": {"full_attention": {},
                        "sliding_attention": {"type": "linear", "factor": 2}})"),
              HasSubstr("rope_parameters.sliding_attention.type"));
}

TEST(HfConfig, Llama3FactorsKeepFastFrequenciesAndDivideSlowOnes) {
  const auto config = ReadHfConfig(Config(R"({"rope_scaling": {"rope_type": "llama3",
      "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
      "original_max_position_embeddings": 64}, "rope_theta": 1e5})"));
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->vectors.size(), 1U);
  const std::vector<float>& factors = config->vectors[0].values;
  EXPECT_EQ(config->vectors[0].name, "rope_freqs.weight");
  ASSERT_EQ(factors.size(), 8U);
  EXPECT_EQ(factors.front(), 1);
  EXPECT_EQ(factors.back(), 8);
}

TEST(HfConfig, WhatIsNotUnderstoodIsRefusedByName) {
  const auto refused = [](const char* change, const char* key) {
    EXPECT_THAT(ErrorOf(Config(change)), AllOf(HasSubstr("unsupported"), HasSubstr(key)));
  };
  refused(R"({"model_type": "mamba"})", "model_type");
  refused(R"({"architectures": ["LlamaForSequenceClassification"]})", "architectures");
  refused(R"({"hidden_act": "relu"})", "hidden_act");
  refused(R"({"use_sliding_window": true})", "use_sliding_window");
  refused(R"({"layer_types": ["full_attention", "sliding_attention"]})", "layer_types");
  refused(R"({"rope_scaling": {"type": "dynamic", "factor": 2}})", "rope_scaling.type");
  refused(R"({"rope_scaling": {"type": "yarn", "factor": 2, "mscale": 1}})", "mscale");
  refused(R"({"quantization_config": {"quant_method": "bitsandbytes"}})", "quant_method");
  refused(R"({"quantization_config": {"bits": 4}})", "quant_method");
}

TEST(HfConfig, WrongKindsAndMissingKeysAreNamed) {
  const auto corrupt = [](const std::string& text, const char* key) {
    EXPECT_THAT(ErrorOf(text), AllOf(HasSubstr("corrupt"), HasSubstr(key))) << text;
  };
  corrupt(Config(R"({"hidden_size": "64"})"), "hidden_size");
  corrupt(Config(R"({"hidden_size": -64})"), "hidden_size");
  corrupt(Config(R"({"hidden_size": null})"), "hidden_size");
  corrupt(Config(R"({"num_attention_heads": 0})"), "num_attention_heads");
  corrupt(Config(R"({"rms_norm_eps": "small"})"), "rms_norm_eps");
  corrupt(Config(R"({"tie_word_embeddings": 1})"), "tie_word_embeddings");
  corrupt(Config(R"({"rope_scaling": 7})"), "rope_scaling");
  corrupt(Config(R"({"model_type": "phi3", "rope_parameters": {"partial_rotary_factor": 2}})"),
          "partial_rotary_factor");
  corrupt(Config(R"({"quantization_config": "awq"})"), "quantization_config");
  corrupt("{}", "model_type");
  corrupt("[]", "object");
  corrupt("{\"model_type\": ", "byte");
}

TEST(HfQuantization, ReadsTheKeysOfEachTool) {
  const auto read = [](const char* text) {
    const auto config =
        ReadHfConfig(Config(std::string("{\"quantization_config\": ") + text + "}"));
    EXPECT_TRUE(config) << config.error().message;
    return config ? config->quantization : HfQuantization();
  };
  const HfQuantization awq = read(R"({"quant_method": "awq", "bits": 4, "group_size": 128,
      "zero_point": true, "version": "GEMM", "modules_to_not_convert": null})");
  EXPECT_EQ(awq.Name(), "AWQ 4-bit g128");
  EXPECT_EQ(awq.zero_offset, 0);
  const HfQuantization gptq = read(R"({"quant_method": "gptq", "bits": 8, "group_size": -1,
      "desc_act": true, "sym": true, "damp_percent": 0.01, "dynamic": null})");
  EXPECT_EQ(gptq.Name(), "GPTQ 8-bit");
  EXPECT_TRUE(gptq.act_order);
  EXPECT_EQ(gptq.zero_offset, 1);
  EXPECT_EQ(read(R"({"quant_method": "gptq", "bits": 4, "group_size": 32,
      "checkpoint_format": "gptq_v2"})")
                .zero_offset,
            0);
  // GPTQModel 7 names the method twice; auto-round says how it searched.
  EXPECT_EQ(
      read(R"({"quant_method": "gptq", "method": "gptq", "bits": 4, "group_size": 128})").Name(),
      "GPTQ 4-bit g128");
  EXPECT_EQ(read(R"({"quant_method": "gptq", "provider": "auto-round", "data_type": "int",
      "bits": 4, "group_size": 128, "sym": true, "iters": 200, "seqlen": 2048, "nsamples": 128,
      "autoround_version": "0.16.1", "scale_dtype": "torch.float16"})")
                .Name(),
            "GPTQ 4-bit g128");
}

TEST(HfQuantization, RefusesByKey) {
  const auto refused = [](const std::string& more, const char* key) {
    EXPECT_THAT(ErrorOf(Config("{\"quantization_config\": {\"group_size\": 128, " + more + "}}")),
                AllOf(HasSubstr("unsupported"), HasSubstr(key)));
  };
  refused(R"("quant_method": "awq", "bits": 3)", "bits");
  refused(R"("quant_method": "awq", "bits": 8)", "bits");
  refused(R"("quant_method": "gptq", "bits": 2)", "bits");
  refused(R"("quant_method": "gptq")", "bits");
  refused(R"("quant_method": "awq", "bits": 4, "version": "gemv")", "version");
  refused(R"("quant_method": "awq", "bits": 4, "zero_point": false)", "zero_point");
  refused(R"("quant_method": "gptq", "bits": 4, "checkpoint_format": "marlin")",
          "checkpoint_format");
  refused(R"("quant_method": "gptq", "bits": 4, "is_marlin_format": true)", "is_marlin_format");
  refused(R"("quant_method": "gptq", "bits": 4, "dynamic": {"-:mlp": {}})", "dynamic");
  refused(R"("quant_method": "gptq", "bits": 4, "pack_dtype": "int16")", "pack_dtype");
  refused(R"("quant_method": "gptq", "bits": 4, "data_type": "mx_fp")", "data_type");
  refused(R"("quant_method": "gptq", "bits": 4, "method": "awq")", "method");
  EXPECT_THAT(ErrorOf(Config(R"({"quantization_config": {"quant_method": "gptq", "bits": 4,
      "group_size": 48}})")),
              HasSubstr("group_size"));
}

TEST(HfArchitectures, TranslateNamesBothWays) {
  const HfArchitecture& llama = *FindHfArchitecture("llama");
  EXPECT_EQ(GgufName(llama, "model.layers.12.self_attn.q_proj.weight"), "blk.12.attn_q.weight");
  EXPECT_EQ(GgufName(llama, "model.layers.0.mlp.down_proj.bias"), "blk.0.ffn_down.bias");
  EXPECT_EQ(GgufName(llama, "lm_head.weight"), "output.weight");
  EXPECT_EQ(GgufName(llama, "model.layers.x.mlp.down_proj.weight"), "");
  EXPECT_EQ(GgufName(llama, "model.layers..mlp.down_proj.weight"), "");
  EXPECT_EQ(GgufName(llama, "transformer.h.0.attn.weight"), "");
  EXPECT_EQ(FolderName(llama, "blk.3.ffn_norm.weight"),
            "model.layers.3.post_attention_layernorm.weight");
  EXPECT_EQ(FolderName(llama, "rope_freqs.weight"), "rope_freqs.weight");
}

}  // namespace
}  // namespace bantam
