// Tests of the catalogue and of what people may write.
#include "store/catalogue.h"

#include <gtest/gtest.h>

#include <charconv>
#include <set>
#include <string>

#include "base/ascii.h"
#include "store/names.h"
#include "store/quant_name.h"
#include "store/reference.h"

namespace bantam::store {
namespace {

TEST(Catalogue, TheOneCompiledIn) {
  const Catalogue& catalogue = Catalogue::BuiltIn();
  EXPECT_GE(catalogue.models().size(), 20U);
  for (const char* name : {"qwen2.5:0.5b", "phi3:mini", "tinyllama:1.1b", "starcoder2:3b"}) {
    const auto match = catalogue.Find(name);
    ASSERT_TRUE(match) << name;
    EXPECT_EQ(match->model->name, name);
  }
  std::set<std::string> names;
  for (const std::string& name : catalogue.Names()) {
    EXPECT_TRUE(names.insert(LowerCase(name)).second) << name;
    const auto match = catalogue.Find(name);
    ASSERT_TRUE(match) << name;
    EXPECT_EQ(match->quant, "") << name << " is read as another with a quantisation";
  }
  for (const CatalogueModel& model : catalogue.models()) {
    for (const CatalogueFile& file : model.files) EXPECT_NE(QuantOf(file.name), "") << file.name;
  }
}

// The weights that a name ends with: "smollm2:135m" has 135 million, "phi3:mini" none.
double MillionsInName(const std::string& name) {
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos) return 0;
  double number = 0;
  const char* end = std::from_chars(name.data() + colon + 1, name.data() + name.size(), number).ptr;
  return *end == 'b' ? number * 1000 : *end == 'm' ? number : 0;
}

TEST(Catalogue, EntriesAreConsistent) {
  const std::set<std::string> licences = {"apache-2.0",         "mit",  "qwen-research", "llama3.2",
                                          "bigcode-openrail-m", "gemma"};
  // As README's table has them; src/model refuses others.
  const std::set<std::string> architectures = {"qwen2",      "qwen3",  "llama",   "phi3",
                                               "starcoder2", "gemma3", "smollm3", "granite"};
  int with_millions = 0;
  for (const CatalogueModel& model : Catalogue::BuiltIn().models()) {
    SCOPED_TRACE(model.name);
    EXPECT_TRUE(licences.contains(model.licence)) << model.licence;
    const bool folder = model.quant.empty();
    EXPECT_TRUE(folder ? model.architecture == "bert" : architectures.contains(model.architecture))
        << model.architecture;
    EXPECT_NE(model.title, "");
    EXPECT_LT(model.megabytes, 5000U);
    EXPECT_EQ(model.sources.front().hub, Hub::kHuggingFace) << "with its mirror, the first place";
    const double millions = MillionsInName(model.name);
    if (millions == 0) continue;
    ++with_millions;
    // A typing error of a digit would be outside: 4.5 to 8.5 bits a weight, and some more for
    // embeddings, which names of small models do not always count.
    const double bytes = static_cast<double>(model.megabytes) / millions;
    EXPECT_GT(bytes, 0.55);
    EXPECT_LT(bytes, model.quant == "q8_0" ? 1.1 : 1);
  }
  EXPECT_GT(with_millions, 15);
}

TEST(Catalogue, FindsInAnyLetterCaseAndWithQuantisations) {
  const Catalogue& catalogue = Catalogue::BuiltIn();
  const auto find = [&](const char* name) {
    const auto match = catalogue.Find(name);
    return match ? match->model->name + "|" + match->quant : "nothing";
  };
  EXPECT_EQ(find("QWEN2.5:0.5B"), "qwen2.5:0.5b|");
  EXPECT_EQ(find("qwen2.5:0.5b-instruct-q8_0"), "qwen2.5:0.5b|q8_0");
  EXPECT_EQ(find("qwen2.5:q8_0"), "qwen2.5:0.5b|q8_0");
  EXPECT_EQ(find("qwen/qwen2.5-0.5b-instruct"), "qwen2.5:0.5b|");
  EXPECT_EQ(find("Qwen/Qwen2.5-0.5B-Instruct-GGUF"), "qwen2.5:0.5b|");
  EXPECT_EQ(find("gemma3:4b-ud-q4_k_xl"), "gemma3:4b|ud-q4_k_xl");
  EXPECT_EQ(find("qwen2.5:0.5b-q9"), "nothing");
  EXPECT_EQ(find("QuantFactory/starcoder2-3b-GGUF"), "nothing") << "a second source is another's";
  EXPECT_EQ(find(""), "nothing");
  EXPECT_NE(catalogue.Find("qwen:0.5b-instruct")->note, "");
}

TEST(Catalogue, RefusesWhatIsWrong) {
  const std::string model =
      R"("name":"a","title":"A","model":"o/a","licence":"mit","architecture":"x","quant":"q4_0",)"
      R"("megabytes":7)";
  const std::string source = R"("sources":[{"hub":"huggingface","repository":"o/a-GGUF"}])";
  const auto parse = [](const std::string& models) {
    return Catalogue::Parse(R"({"format":"bantam-catalogue","version":1,"models":[)" + models +
                            "]}");
  };
  EXPECT_TRUE(parse("{" + model + "," + source + "}"));
  for (const char* wrong : {"0", "-1", "1.5", "1000001", "\"7\"", "null"}) {
    std::string changed = model;
    changed.replace(changed.size() - 1, 1, wrong);
    EXPECT_FALSE(parse("{" + changed + "," + source + "}")) << wrong;
  }
  EXPECT_FALSE(parse("{" + model.substr(0, model.rfind(',')) + "," + source + "}"));
  for (const std::string& models :
       {"{" + model + "}", "{" + model + "," + source + ",\"x\":1}", "{" + source + "}",
        "{" + model + "," + source + "},{" + model + "," + source + "}",
        "{" + model + "," + source + R"(,"aliases":[{"name":"A"}]})",
        "{" + model + "," + source + R"(,"aliases":[{"name":"../x"}]})",
        "{" + model + R"(,"sources":[{"hub":"url","url":"http://a.b/c.gguf"}]})",
        "{" + model + R"(,"sources":[{"hub":"ftp"}]})",
        "{" + model + "," + source + R"(,"files":[{"name":"../a","sha256":"x"}]})",
        std::string("3"), std::string("null")}) {
    EXPECT_FALSE(parse(models)) << models;
  }
  EXPECT_FALSE(Catalogue::Parse(""));
  EXPECT_FALSE(Catalogue::Parse(R"({"format":"other","version":1,"models":[]})"));
  EXPECT_EQ(
      Catalogue::Parse(R"({"format":"bantam-catalogue","version":2,"models":[]})").error().code,
      ErrorCode::kUnsupported);
}

Reference Read(const std::string& text) {
  auto reference = ParseReference(text, Catalogue::BuiltIn());
  EXPECT_TRUE(reference) << text;
  return reference ? *reference : Reference();
}

TEST(Reference, StoreNames) {
  const auto name = [](const char* text) {
    const Reference reference = Read(text);
    return reference.StoreName(reference.quant);
  };
  EXPECT_EQ(name("qwen2.5"), "qwen2.5:0.5b");
  EXPECT_EQ(name("qwen2.5:0.5b-Q4_K_M"), "qwen2.5:0.5b");
  EXPECT_EQ(name("qwen2.5:0.5b-q8_0"), "qwen2.5:0.5b-q8_0");
  EXPECT_EQ(name("Qwen/Qwen2.5-0.5B-Instruct:q4_k_m"), "qwen2.5:0.5b");
  EXPECT_EQ(name("hf.co/qwen/qwen2.5-0.5b-instruct-gguf:Q8_0"), "qwen2.5:0.5b-q8_0");
  EXPECT_EQ(name("HF.co/Some/Thing:latest"), "Some/Thing");
  EXPECT_EQ(name("Some/Thing-GGUF:Q4_K_M"), "Some/Thing-GGUF:Q4_K_M");
  EXPECT_EQ(name("https://huggingface.co/Some/Thing"), "Some/Thing");
  EXPECT_EQ(name("https://huggingface.co/o/r/resolve/main/x/m-Q8_0.gguf?download=true"),
            "o/r:q8_0");
  EXPECT_EQ(name("https://a.b/c/M+1-Q8_0.gguf?x"), "m_1-q8_0");
}

TEST(Reference, HubsAndFiles) {
  const Reference file = Read("https://hf-mirror.com/o/r/blob/v1.0/x/m-Q8_0.gguf");
  EXPECT_EQ(file.repository, "o/r");
  EXPECT_EQ(file.revision, "v1.0");
  EXPECT_EQ(file.file, "x/m-Q8_0.gguf");
  EXPECT_EQ(file.model, nullptr);
  EXPECT_EQ(Read("https://modelscope.cn/models/o/r").hub, Hub::kModelScope);
  EXPECT_EQ(Read("modelscope.cn/o/r:q4_0").quant, "q4_0");
  EXPECT_EQ(Read("https://a.b/m.gguf").url, "https://a.b/m.gguf");
  EXPECT_EQ(Read("Qwen/Qwen2.5-0.5B-Instruct-GGUF").repository, "Qwen/Qwen2.5-0.5B-Instruct-GGUF");
  EXPECT_EQ(Read("o/r:m-q8_0.gguf").quant, "m-q8_0.gguf");
}

TEST(Reference, HubsNeedNoScheme) {
  for (const std::string rest :
       {"o/r/resolve/main/m-q8_0.gguf", "o/r/resolve/main/m-q8_0.gguf?download=true",
        "o/r/blob/main/a%20b/m-q8_0.gguf#top", "o/r:q8_0", "o/r?library=gguf", "Qwen/Qwen2.5"}) {
    const Reference with = Read("https://hf.co/" + rest);
    const Reference without = Read("HF.co/" + rest);
    EXPECT_EQ(with.repository, without.repository) << rest;
    EXPECT_EQ(with.file, without.file) << rest;
    EXPECT_EQ(with.quant, without.quant) << rest;
    EXPECT_EQ(with.revision, without.revision) << rest;
    EXPECT_TRUE(without.link) << rest;
  }
  EXPECT_EQ(Read("hf.co/o/r/resolve/main/m-q8_0.gguf?download=true").file, "m-q8_0.gguf");
  EXPECT_EQ(ShownReference("hf.co/o/r?key=SECRET"), "hf.co/o/r?***");
}

TEST(Reference, WhatIsNone) {
  for (const char* text :
       {"", "a b", "a/b/c", "hf.co/", "hf.co/a", "https://a.b/", "https://a.b/x.bin",
        "https://huggingface.co/", "https://huggingface.co/a", "https://huggingface.co/a/..",
        "https://huggingface.co/o/r/resolve/main/..%2f..%2fx.gguf",
        "https://huggingface.co/o/r/resolve/main/x.bin", "ftp://a/b.gguf", "../a", "a/../b",
        "https://a.b/..%2fm.gguf", "o/r:../x", "\n"}) {
    EXPECT_FALSE(ParseReference(text, Catalogue::BuiltIn())) << text;
  }
  EXPECT_EQ(ParseReference("nobody", Catalogue::BuiltIn()).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bantam::store
