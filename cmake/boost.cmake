# bantam_boost: Boost's headers (Asio), no library of it. They are the same for every processor, so
# cross builds use the machine's own, through a folder that holds nothing else of the machine.
find_path(BOOST_INCLUDE boost/asio/posix/descriptor.hpp NO_CMAKE_FIND_ROOT_PATH)
mark_as_advanced(BOOST_INCLUDE)
if(NOT BOOST_INCLUDE)
  message(FATAL_ERROR "boost/asio/posix/descriptor.hpp is missing (Debian: libboost1.81-dev)")
endif()

add_library(bantam_boost INTERFACE)
set(include ${BOOST_INCLUDE})
if(CMAKE_CROSSCOMPILING)
  set(include ${CMAKE_BINARY_DIR}/boost-include)
  file(MAKE_DIRECTORY ${include})
  file(CREATE_LINK ${BOOST_INCLUDE}/boost ${include}/boost SYMBOLIC)
endif()
target_include_directories(bantam_boost SYSTEM INTERFACE ${include})
# Functions that are no templates are compiled once (src/server/http/asio.cc).
target_compile_definitions(bantam_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
