// POST /api/import?name=FILE.gguf: the file as body; {"model": NAME}.
#include "server/own/import_sink.h"

#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "server/own/handlers.h"
#include "store/import.h"
#include "store/names.h"
#include "store/staged_files.h"

namespace bantam::server {
namespace {

constexpr std::string_view kMagic = "GGUF";

}  // namespace

Result<std::unique_ptr<ImportSink>> ImportSink::Create(const std::optional<store::Store>& store,
                                                       std::string_view name) {
  if (!store) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  if (!store::IsSafeFileName(name) || !name.ends_with(".gguf")) {
    return Fail(ErrorCode::kInvalidArgument,
                "name: must be that of a .gguf file, of letters, digits, '.', '_' and '-', not " +
                    Quote(name));
  }
  TRY(store->Prepare());
  store::Incoming place = TRY(store::Incoming::Create(*store));
  std::string path = place.directory() + "/" + std::string(name);
  std::unique_ptr<ImportSink> sink(new ImportSink(std::move(place), std::move(path)));
  if (!sink->file_) return Fail(ErrorCode::kIo, "cannot write to " + Quote(sink->path_));
  return sink;
}

Result<void> ImportSink::Write(std::string_view piece) {
  if (magic_.size() < kMagic.size()) {
    magic_ += piece.substr(0, kMagic.size() - magic_.size());
    if (!kMagic.starts_with(magic_)) {
      return Fail(ErrorCode::kInvalidArgument, "the file is no GGUF file");
    }
  }
  file_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  if (!file_) return Fail(ErrorCode::kIo, "the file cannot be written: is the disk full?");
  return {};
}

Result<void> ImportSink::Close() {
  file_.close();
  if (!file_) return Fail(ErrorCode::kIo, "the file cannot be written: is the disk full?");
  return {};
}

Result<std::string> ImportSink::Finish(const store::Store& store) {
  const store::ImportPlan plan = TRY(store::PlanImport(path_));
  const store::Manifest manifest = TRY(store::Import(store, plan, plan.name, {}));
  return manifest.name;
}

void PostImport(Server& server, const std::shared_ptr<Call>& call) {
  const auto import = [&]() -> Result<std::string> {
    auto* sink = dynamic_cast<ImportSink*>(call->sink());
    if (sink == nullptr) return Fail(ErrorCode::kInternal, "the file went nowhere");
    TRY(sink->Close());
    const auto good = server.library.CheckNew(sink->path());
    if (!good) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the file cannot be used: " +
                      store::WithoutPlace(good.error().message, sink->directory() + "/", ""));
    }
    const std::string name = TRY(sink->Finish(*server.library.store()));
    server.library.Unhide(name);
    return name;
  };
  const auto name = import();
  if (!name) return call->ReplyError(name.error());
  Json body = Json::MakeObject();
  body.Set("model", Json::String(*name));
  call->ReplyJson(200, body);
}

}  // namespace bantam::server
