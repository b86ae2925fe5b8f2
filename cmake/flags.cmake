# Compiler flags. The numeric contract (docs/numbers.md) needs -ffp-contract=off everywhere.
add_library(bantam_flags INTERFACE)
target_compile_options(bantam_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -ffp-contract=off -fno-math-errno -ffunction-sections -fdata-sections -fvisibility=hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False in g++-12: std::string + const char* (GCC bug 105651), AVX-512 intrinsics (105593), <=> of
  # vectors of bytes; and news of an old ABI.
  target_compile_options(bantam_flags INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overread -Wno-psabi)
endif()
if(BANTAM_WERROR)
  target_compile_options(bantam_flags INTERFACE -Werror)
endif()
target_include_directories(bantam_flags INTERFACE
  ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
if(BANTAM_SANITIZE)
  target_compile_options(bantam_flags INTERFACE -fsanitize=${BANTAM_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Elements beyond the end of a container often lie in memory that is its own.
  target_compile_definitions(bantam_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(bantam_flags INTERFACE -fsanitize=${BANTAM_SANITIZE})
else()
  target_link_options(bantam_flags INTERFACE -Wl,--gc-sections)
endif()
if(BANTAM_CORE_ONLY)
  # Where size_t has 32 bits; the readers check 64-bit lengths against the size of the file first.
  target_compile_options(bantam_flags INTERFACE -Wno-shorten-64-to-32)
endif()
if(BANTAM_FUZZ)
  target_compile_options(bantam_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(BANTAM_STATIC)
  target_link_options(bantam_flags INTERFACE -static)
endif()

# The rooms of the core are built without exceptions.
add_library(bantam_core_flags INTERFACE)
target_compile_options(bantam_core_flags INTERFACE -fno-exceptions)

# g++ warns about GoogleTest's own code: an EXPECT under an if, `info` in INSTANTIATE_TEST_SUITE_P.
add_library(bantam_test_flags INTERFACE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(bantam_test_flags INTERFACE -Wno-dangling-else -Wno-shadow)
endif()
