# Per-file instruction sets of the kernels. These files include only intrinsics and file-local
# code, so nothing compiled for a newer CPU can be linked into common functions (a test checks).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(sse41 -mssse3 -msse4.1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND sse41 -O2)  # at -O3, g++ 12 makes dots of half groups zero (kernels_test shows it)
  endif()
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/x86/kernels_sse41.cc
    PROPERTIES COMPILE_OPTIONS "${sse41};-Wno-unused-function")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/x86/kernels_avx2.cc
    PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-mf16c;-Wno-unused-function")
  set(avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mfma -mf16c -mprfchw)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND avx512 -Wno-uninitialized)  # its own headers start some results from nothing
  endif()
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/x86/kernels_avx512.cc
    PROPERTIES COMPILE_OPTIONS "${avx512};-Wno-unused-function;-Wno-psabi")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/x86/kernels_amx.cc
    PROPERTIES COMPILE_OPTIONS
      "${avx512};-mavx512vbmi;-mamx-tile;-mamx-int8;-Wno-unused-function;-Wno-psabi")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/arm/kernels_neon_dotprod.cc
    PROPERTIES COMPILE_OPTIONS "-march=armv8.2-a+dotprod;-Wno-unused-function")
  set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/arm/kernels_neon.cc
    PROPERTIES COMPILE_OPTIONS "-Wno-unused-function")
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/kernels/scalar/kernels_scalar.cc
  PROPERTIES COMPILE_OPTIONS "-Wno-unused-function")
