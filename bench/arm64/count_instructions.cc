// A plugin of qemu-user that counts the guest's instructions, in all and by function:
//
//   qemu-aarch64 -plugin libcount.so,out=FILE PROGRAM …
//
// Every block of translated code gets a counter, which the emulator itself increases by the block's
// instructions each time it runs: exact for a program of one thread. FILE gets a line for every
// function, "COUNT NAME", when the program ends.
//
// Debian's qemu-user takes plugins but ships no header for them, so what is used of the interface
// (version 1, "QEMU TCG Plugins" in QEMU's documentation) is declared here.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

extern "C" {

struct qemu_plugin_tb;
struct qemu_plugin_insn;
using PluginId = uint64_t;
constexpr int kAddU64 = 0;  // the only inline operation

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId id, void (*call)(PluginId, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb* tb, int operation, void* counter,
                                              uint64_t amount);
void qemu_plugin_register_atexit_cb(PluginId id, void (*call)(PluginId, void*), void* data);
size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* tb);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* tb, size_t index);
const char* qemu_plugin_insn_symbol(const qemu_plugin_insn* insn);

[[gnu::visibility("default")]] int qemu_plugin_version = 1;

}  // extern "C"

namespace {

std::map<std::string, uint64_t> functions;  // instructions run, by name; nodes never move
std::string out_path;

// Translation holds the emulator's lock, so one block is looked at at a time.
void OnTranslation(PluginId, qemu_plugin_tb* tb) {
  const char* symbol = qemu_plugin_insn_symbol(qemu_plugin_tb_get_insn(tb, 0));
  uint64_t* counter = &functions[symbol == nullptr ? "?" : symbol];
  qemu_plugin_register_vcpu_tb_exec_inline(tb, kAddU64, counter, qemu_plugin_tb_n_insns(tb));
}

void OnExit(PluginId, void*) {
  FILE* file = std::fopen(out_path.c_str(), "w");
  if (file == nullptr) return;  // whoever started the program misses the file
  for (const auto& [name, count] : functions) {
    std::fprintf(file, "%llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  }
  std::fclose(file);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] int qemu_plugin_install(PluginId id, const void*,
                                                                  int n_arguments,
                                                                  char** arguments) {
  constexpr std::string_view kOut = "out=";
  for (int i = 0; i < n_arguments; ++i) {
    const std::string_view argument = arguments[i];
    if (argument.starts_with(kOut)) out_path = argument.substr(kOut.size());
  }
  if (out_path.empty()) {
    std::fputs("count_instructions: needs out=FILE\n", stderr);
    return -1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, OnTranslation);
  qemu_plugin_register_atexit_cb(id, OnExit, nullptr);
  return 0;
}
