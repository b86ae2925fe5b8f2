# bantam_libcurl: headers of libcurl, which the program loads from the system when it first pulls a
# model. Defines BANTAM_NETWORK=1 where found; static programs cannot load libraries.
find_path(LIBCURL_INCLUDE curl/curl.h)
mark_as_advanced(LIBCURL_INCLUDE)

add_library(bantam_libcurl INTERFACE)
if(LIBCURL_INCLUDE AND NOT BANTAM_STATIC)
  set(found ON)
else()
  set(found OFF)
endif()
option(BANTAM_NETWORK "Pull models over the network" ${found})
if(BANTAM_NETWORK)
  if(NOT found)
    message(FATAL_ERROR "BANTAM_NETWORK is ON, but curl/curl.h is missing (Debian: "
                        "libcurl4-openssl-dev), or the program is to be static")
  endif()
  target_compile_definitions(bantam_libcurl INTERFACE BANTAM_NETWORK=1)
  target_include_directories(bantam_libcurl SYSTEM INTERFACE ${LIBCURL_INCLUDE})
  target_link_libraries(bantam_libcurl INTERFACE ${CMAKE_DL_LIBS})
else()
  message(STATUS "libcurl not found: the program will not pull models")
endif()
