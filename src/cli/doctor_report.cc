// The report as lines and as JSON.
#include "cli/doctor_report.h"

#include <utility>

#include "base/json.h"
#include "cli/format_text.h"

namespace bantam::cli {
namespace {

constexpr double kGiga = 1e9;

class Lines {
 public:
  void Add(const std::string& name, const std::string& value) {
    text_ += PadRight(name, 18) + value + "\n";
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string Percent(double fraction) {
  return FormatFixed(fraction * 100, 0) + " %";
}

std::string With(int threads) {
  return " with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

void DescribeMachine(const MachineInfo& machine, Lines& lines) {
  lines.Add("instruction set", machine.isa + " (of " + Joined(machine.isas) + ")");
  std::string cpus = std::to_string(machine.cpus);
  if (machine.fast_cpus < machine.cpus) {
    cpus += ", " + std::to_string(machine.fast_cpus) + " of them fast";
  }
  lines.Add("processors", cpus + "; " + std::to_string(machine.threads) + " threads by default");
  lines.Add("quota", machine.cpu_quota > 0
                         ? "the time of " + FormatFixed(machine.cpu_quota, 2) + " processors"
                         : "none");
  lines.Add("memory free",
            machine.memory_available == 0 ? "unknown" : FormatBytes(machine.memory_available));
  lines.Add("pages",
            (machine.page_bytes == 0 ? "unknown" : FormatBytes(machine.page_bytes)) +
                "; huge pages: " + (machine.huge_pages.empty() ? "unknown" : machine.huge_pages));
}

void DescribeSpeed(const DoctorReport& report, Lines& lines) {
  const MachineSpeed& speed = report.speed;
  lines.Add("memory reads",
            FormatFixed(speed.read_bytes_per_s / kGiga, 1) + " GB/s" + With(report.threads));
  lines.Add("int8 products", FormatFixed(speed.int8_products_per_s / kGiga, 0) + " G/s" +
                                 With(report.prefill_threads));
  lines.Add("steadiness", Percent(speed.steadiness) + ", at the end " +
                              Percent(speed.last_over_first) + " of the speed at the start");
  lines.Add("throttling", speed.throttled_s > 0 ? "the quota made this process wait for " +
                                                      FormatFixed(speed.throttled_s, 2) + " s"
                                                : "none by a quota");
}

void DescribeDisk(const Result<DiskSpeed>& disk, Lines& lines) {
  lines.Add("disk", disk ? FormatFixed(disk->read_bytes_per_s / kGiga, 2) + " GB/s (" +
                               FormatBytes(disk->bytes) + " of the model, past the cache)"
                         : "not measured: " + disk.error().message);
}

std::string Reached(double rate, double bound, const char* what) {
  std::string text = FormatFixed(rate, 1) + " tok/s";
  if (bound > 0) {
    text += ", " + Percent(rate / bound) + " of the " + FormatFixed(bound, 1) + " that " + what;
  }
  return text;
}

void DescribeModel(const ModelFindings& model, Lines& lines) {
  lines.Add("model", model.name);
  lines.Add("memory needed", FormatBytes(model.memory_needed) + " at " +
                                 FormatCount(static_cast<uint64_t>(model.context)) +
                                 " tokens of context");
  lines.Add("prefill",
            Reached(model.prefill_tokens_per_s, model.prefill_bound, "the int8 products allow"));
  lines.Add("decode", Reached(model.decode_tokens_per_s, model.decode_bound,
                              "reading all weights for each token allows"));
}

Json Count(uint64_t value) {
  return Json::Int(static_cast<int64_t>(value));
}

// Rates are measured: more digits would be noise.
Json Rate(double value) {
  return Json::NumberText(FormatFixed(value, value < 1e6 ? 3 : 0));
}

Json MachineJson(const MachineInfo& machine) {
  Json isas = Json::MakeArray();
  for (const std::string& isa : machine.isas) isas.Append(Json::String(isa));
  Json json = Json::MakeObject();
  json.Set("isa", Json::String(machine.isa));
  json.Set("isas", std::move(isas));
  json.Set("cpus", Json::Int(machine.cpus));
  json.Set("fast_cpus", Json::Int(machine.fast_cpus));
  json.Set("cpu_quota", Rate(machine.cpu_quota));
  json.Set("threads", Json::Int(machine.threads));
  json.Set("memory_available", Count(machine.memory_available));
  json.Set("page_bytes", Count(machine.page_bytes));
  json.Set("huge_pages", Json::String(machine.huge_pages));
  return json;
}

Json SpeedJson(const DoctorReport& report) {
  Json json = Json::MakeObject();
  json.Set("threads", Json::Int(report.threads));
  json.Set("prefill_threads", Json::Int(report.prefill_threads));
  json.Set("read_bytes_per_s", Rate(report.speed.read_bytes_per_s));
  json.Set("int8_products_per_s", Rate(report.speed.int8_products_per_s));
  json.Set("steadiness", Rate(report.speed.steadiness));
  json.Set("last_over_first", Rate(report.speed.last_over_first));
  json.Set("throttled_s", Rate(report.speed.throttled_s));
  return json;
}

Json DiskJson(const Result<DiskSpeed>& disk) {
  Json json = Json::MakeObject();
  if (disk) {
    json.Set("bytes", Count(disk->bytes));
    json.Set("read_bytes_per_s", Rate(disk->read_bytes_per_s));
  } else {
    json.Set("error", Json::String(disk.error().message));
  }
  return json;
}

Json ModelJson(const ModelFindings& model) {
  Json json = Json::MakeObject();
  json.Set("name", Json::String(model.name));
  json.Set("context", Json::Int(model.context));
  json.Set("memory_needed", Count(model.memory_needed));
  json.Set("file_bytes", Count(model.file_bytes));
  json.Set("bytes_per_token", Count(model.bytes_per_token));
  json.Set("kv_bytes_per_token", Count(model.kv_bytes_per_token));
  json.Set("products_per_token", Count(static_cast<uint64_t>(model.products_per_token)));
  json.Set("prefill_tokens_per_s", Rate(model.prefill_tokens_per_s));
  json.Set("prefill_bound", Rate(model.prefill_bound));
  json.Set("decode_tokens_per_s", Rate(model.decode_tokens_per_s));
  json.Set("decode_bound", Rate(model.decode_bound));
  return json;
}

}  // namespace

std::string DoctorText(const DoctorReport& report) {
  Lines lines;
  DescribeMachine(report.machine, lines);
  DescribeSpeed(report, lines);
  if (report.disk) DescribeDisk(*report.disk, lines);
  if (report.model) DescribeModel(*report.model, lines);
  std::string text = lines.Take();
  const std::vector<std::string> advice = DoctorAdvice(report);
  for (const std::string& sentence : advice) text += "\n! " + sentence + "\n";
  if (advice.empty()) text += "\nNothing to change.\n";
  return text;
}

std::string DoctorJson(const DoctorReport& report) {
  Json advice = Json::MakeArray();
  for (std::string& sentence : DoctorAdvice(report)) {
    advice.Append(Json::String(std::move(sentence)));
  }
  Json json = Json::MakeObject();
  json.Set("machine", MachineJson(report.machine));
  json.Set("speed", SpeedJson(report));
  if (report.disk) json.Set("disk", DiskJson(*report.disk));
  if (report.model) json.Set("model", ModelJson(*report.model));
  json.Set("advice", std::move(advice));
  return json.Dump(2) + "\n";
}

}  // namespace bantam::cli
