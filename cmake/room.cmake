# bantam_room(NAME [CORE] [ROOMS …] [LIBRARIES …] [TEST_LIBRARIES …]): src/NAME/**.cc as a static
# library bantam_NAME, and its *_test.cc files as one test program NAME_test (label unit). A room's
# main.cc is not part of its library. Core-only builds leave out the sources of src/base that use
# headers of the operating system or <thread>: only base may have such sources (tests/tidy).
function(bantam_room name)
  cmake_parse_arguments(ROOM "CORE" "" "ROOMS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(BANTAM_CORE_ONLY AND name STREQUAL base)
    foreach(source ${sources})
      file(STRINGS ${source} platform
        REGEX "^#include <(sys/|linux/|unistd|fcntl|sched|pthread|cpuid|thread>)")
      if(platform)
        list(REMOVE_ITEM sources ${source})
      endif()
    endforeach()
  endif()
  if(NOT sources)
    add_library(bantam_${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(bantam_${name} STATIC ${sources})
    set(scope PUBLIC)
    if(ROOM_CORE)
      target_link_libraries(bantam_${name} PRIVATE bantam_core_flags)
    endif()
  endif()
  target_link_libraries(bantam_${name} ${scope} bantam_flags ${ROOM_LIBRARIES})
  foreach(room ${ROOM_ROOMS})
    target_link_libraries(bantam_${name} ${scope} bantam_${room})
  endforeach()
  if(EXISTS ${CMAKE_SOURCE_DIR}/src/${name}/room.cmake)
    include(${CMAKE_SOURCE_DIR}/src/${name}/room.cmake)  # per-file flags, extra targets
  endif()
  if(tests AND BANTAM_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      bantam_${name} GTest::gtest_main GTest::gmock bantam_test_flags ${ROOM_TEST_LIBRARIES})
    target_compile_definitions(${name}_test PRIVATE
      BANTAM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}/" PROPERTIES LABELS unit
      DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
