// For tests: an engine over a fake model whose vocabulary is bytes and some words, for replies that
// have masks.
#pragma once

#include <memory>
#include <utility>

#include "engine/batch_engine.h"
#include "engine/fake_model.h"
#include "engine/fake_shape.h"

namespace bantam {

inline const Vocabulary& ByteVocabulary() {
  static const Vocabulary vocabulary = FakeByteVocabulary();
  return vocabulary;
}

struct ByteEngine {
  explicit ByteEngine(const EngineOptions& options = FakeOptions()) {
    auto fake = std::make_unique<FakeModel>(PrefixCache::BlocksFor(options.kv_tokens),
                                            ByteVocabulary().size());
    model = fake.get();
    engine = std::make_unique<BatchEngine>(std::move(fake), ByteVocabulary(), options,
                                           FakeTokenText(ByteVocabulary()));
  }
  BatchEngine* operator->() { return engine.get(); }

  FakeModel* model;
  std::unique_ptr<BatchEngine> engine;
};

}  // namespace bantam
