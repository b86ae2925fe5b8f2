// Value: what a template computes with, and Heap: where the larger values of one rendering live.
//
// Values are Python's: None, bool, int (64 bits), float, str, list, tuple, dict and the helpers of
// jinja2. Counted references without atomics: all values of a rendering stay in one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace bantam::jinja {

enum class Kind : uint8_t {
  kMissing,  // no value at all: a variable that was never set
  kNone,
  kBool,
  kInt,
  kFloat,
  // The rest are objects (objects.h).
  kUndefined,
  kString,
  kBigInt,  // an integer of the input beyond 64 bits; can be printed only
  kList,
  kTuple,
  kDict,
  kView,  // keys(), values() or items() of a dict
  kRange,
  kIterator,  // a generator: can be walked through once
  kNamespace,
  kMacro,
  kFunction,
  kLoop,
  kCycler,
  kJoiner,
  kActivation,
};

class Heap;

// Base of all counted objects.
class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  Kind kind() const { return kind_; }

 protected:
  explicit Object(Kind kind) : kind_(kind) {}
  virtual ~Object() = default;

 private:
  friend class Heap;
  friend class Value;
  Heap* heap_ = nullptr;
  Object* next_dead_ = nullptr;
  size_t bytes_ = 0;
  uint32_t references_ = 0;
  Kind kind_;
};

// An object that can come to refer to itself. The heap knows them all and takes them apart at the
// end of the rendering.
class CyclicObject : public Object {
 protected:
  explicit CyclicObject(Kind kind) : Object(kind) {}

 private:
  friend class Heap;
  virtual void Clear() = 0;  // drops all references this object holds
  CyclicObject* previous_ = nullptr;
  CyclicObject* next_ = nullptr;
};

class Value {
 public:
  Value() = default;
  Value(const Value& other) : kind_(other.kind_), data_(other.data_) { Retain(); }
  Value(Value&& other) noexcept
      : kind_(std::exchange(other.kind_, Kind::kMissing)), data_(other.data_) {}
  Value& operator=(const Value& other) {
    if (this != &other) *this = Value(other);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Value() {
    if (kind_ >= Kind::kUndefined) Release();
  }

  static Value None() { return Value(Kind::kNone); }
  static Value Bool(bool value) {
    Value v(Kind::kBool);
    v.data_.integer = value ? 1 : 0;
    return v;
  }
  static Value Int(int64_t value) {
    Value v(Kind::kInt);
    v.data_.integer = value;
    return v;
  }
  static Value Float(double value) {
    Value v(Kind::kFloat);
    v.data_.real = value;
    return v;
  }
  explicit Value(Object* object) : kind_(object->kind()) {
    data_.object = object;
    Retain();
  }

  Kind kind() const { return kind_; }
  bool Is(Kind kind) const { return kind_ == kind; }
  bool IsMissing() const { return kind_ == Kind::kMissing; }
  bool IsUndefined() const { return kind_ == Kind::kUndefined; }
  bool IsNone() const { return kind_ == Kind::kNone; }
  bool IsString() const { return kind_ == Kind::kString; }
  bool IsSequence() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }
  bool IsIntegral() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  bool IsNumber() const { return IsIntegral() || kind_ == Kind::kFloat; }
  bool IsObject() const { return kind_ >= Kind::kUndefined; }

  // The caller has looked at the kind. AsInt takes a bool for 0 or 1.
  bool AsBool() const { return data_.integer != 0; }
  int64_t AsInt() const { return data_.integer; }
  double AsFloat() const { return data_.real; }
  Object* object() const { return data_.object; }

  // The object as its own class, whose kKind tells the kind (or, for SequenceObject, either).
  template <typename T>
  T& As() const {
    return *static_cast<T*>(data_.object);
  }

  // Python's `is`.
  bool SameAs(const Value& other) const {
    if (kind_ != other.kind_) return false;
    if (kind_ == Kind::kNone) return true;
    return data_.integer == other.data_.integer;
  }

 private:
  explicit Value(Kind kind) : kind_(kind) {}
  void Retain() const {
    if (kind_ >= Kind::kUndefined) ++data_.object->references_;
  }
  void Release();

  Kind kind_ = Kind::kMissing;
  union {
    int64_t integer;
    double real;
    Object* object;
  } data_ = {0};
};

// Owns the objects of one rendering and counts their bytes. Must outlive every Value.
class Heap {
 public:
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  // A new object; `extra` are the bytes it holds besides itself.
  template <typename T, typename... Arguments>
  T* New(size_t extra, Arguments&&... arguments) {
    T* object = new T(std::forward<Arguments>(arguments)...);
    Adopt(object, sizeof(T) + extra);
    if constexpr (std::is_base_of_v<CyclicObject, T>) Register(object);
    return object;
  }

  // An object that grew.
  void Grow(Object* object, size_t bytes) {
    object->bytes_ += bytes;
    live_bytes_ += bytes;
  }

  size_t live_bytes() const { return live_bytes_; }

 private:
  friend class Value;
  void Adopt(Object* object, size_t bytes);
  void Register(CyclicObject* object);
  void Bury(Object* object);  // nobody refers to it any more

  size_t live_bytes_ = 0;
  Object* dead_ = nullptr;  // waiting to be deleted: nested values go one by one, not by recursion
  bool burying_ = false;
  CyclicObject* cyclic_ = nullptr;
};

}  // namespace bantam::jinja
