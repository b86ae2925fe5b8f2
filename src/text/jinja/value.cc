// Counting references and burying objects.
#include "text/jinja/value.h"

#include <vector>

namespace bantam::jinja {

void Value::Release() {
  if (--data_.object->references_ == 0) data_.object->heap_->Bury(data_.object);
}

void Heap::Adopt(Object* object, size_t bytes) {
  object->heap_ = this;
  object->bytes_ = bytes;
  live_bytes_ += bytes;
}

void Heap::Register(CyclicObject* object) {
  object->next_ = cyclic_;
  if (cyclic_ != nullptr) cyclic_->previous_ = object;
  cyclic_ = object;
}

void Heap::Bury(Object* object) {
  object->next_dead_ = dead_;
  dead_ = object;
  if (burying_) return;
  burying_ = true;
  while (dead_ != nullptr) {
    Object* next = dead_;
    dead_ = next->next_dead_;
    live_bytes_ -= next->bytes_;
    if (next->kind_ == Kind::kNamespace || next->kind_ == Kind::kActivation ||
        next->kind_ == Kind::kIterator || next->kind_ == Kind::kLoop) {
      auto* cyclic = static_cast<CyclicObject*>(next);
      (cyclic->previous_ != nullptr ? cyclic->previous_->next_ : cyclic_) = cyclic->next_;
      if (cyclic->next_ != nullptr) cyclic->next_->previous_ = cyclic->previous_;
    }
    delete next;  // its members may bury more
  }
  burying_ = false;
}

Heap::~Heap() {
  std::vector<Value> all;
  for (CyclicObject* object = cyclic_; object != nullptr; object = object->next_) {
    all.emplace_back(object);
  }
  for (const Value& value : all) static_cast<CyclicObject*>(value.object())->Clear();
}

}  // namespace bantam::jinja
