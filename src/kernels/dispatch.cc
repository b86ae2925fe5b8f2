// Chooses the kernel table: what this build contains, what this CPU can run, what was asked for.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/matrix_unit.h"
#include "base/quote.h"
#include "kernels/kernels.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace bantam {

#if defined(__x86_64__)

namespace {
bool HasSse41() {
  return __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1");
}
bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}
bool HasAvx512() {
  return HasAvx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}
}  // namespace

std::vector<const Kernels*> RunnableKernels() {
  std::vector<const Kernels*> tables = {ScalarKernels()};
  if (HasSse41()) tables.push_back(Sse41Kernels());
  if (HasAvx2()) tables.push_back(Avx2Kernels());
  if (HasAvx512()) tables.push_back(Avx512Kernels());
  if (HasAvx512() && __builtin_cpu_supports("avx512vbmi") && RequestMatrixUnit())
    tables.push_back(AmxKernels());
  return tables;
}

#elif defined(__aarch64__)

std::vector<const Kernels*> RunnableKernels() {
  std::vector<const Kernels*> tables = {ScalarKernels(), NeonKernels()};
#if defined(__linux__)
  constexpr unsigned long kDotprod = 1UL << 20;  // HWCAP_ASIMDDP
  if ((getauxval(AT_HWCAP) & kDotprod) != 0) tables.push_back(NeonDotprodKernels());
#endif
  return tables;
}

#else

std::vector<const Kernels*> RunnableKernels() {
  return {ScalarKernels()};
}

#endif

const Kernels& ActiveKernels() {
  static const Kernels* const active = [] {
    const std::vector<const Kernels*> tables = RunnableKernels();
    const char* wanted = std::getenv("BANTAM_ISA");
    if (wanted != nullptr && *wanted != '\0') {
      for (const Kernels* table : tables) {
        if (table->name == wanted) return table;
      }
      std::string known;
      for (const Kernels* table : tables) known += " " + std::string(table->name);
      std::fprintf(stderr, "bantam: BANTAM_ISA=%s is not one of:%s; using %s\n",
                   Quote(wanted).c_str(), known.c_str(), std::string(tables.back()->name).c_str());
    }
    return tables.back();
  }();
  return *active;
}

}  // namespace bantam
