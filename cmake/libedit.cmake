# bantam_libedit: line editing for the command line, linked statically so that the program stays
# self-contained. Defines BANTAM_LIBEDIT=1 where found; without it the program reads plain lines.
find_path(LIBEDIT_INCLUDE histedit.h)
find_library(LIBEDIT_LIBRARY libedit.a)
find_library(LIBEDIT_TINFO libtinfo.a)
find_library(LIBEDIT_BSD libbsd.a)
find_library(LIBEDIT_MD libmd.a)
mark_as_advanced(LIBEDIT_INCLUDE LIBEDIT_LIBRARY LIBEDIT_TINFO LIBEDIT_BSD LIBEDIT_MD)

add_library(bantam_libedit INTERFACE)
if(LIBEDIT_INCLUDE AND LIBEDIT_LIBRARY AND LIBEDIT_TINFO AND LIBEDIT_BSD AND LIBEDIT_MD)
  set(found ON)
else()
  set(found OFF)
endif()
option(BANTAM_LIBEDIT "Edit lines with libedit" ${found})
if(BANTAM_LIBEDIT)
  if(NOT found)
    message(FATAL_ERROR "BANTAM_LIBEDIT is ON, but libedit.a, libtinfo.a, libbsd.a or libmd.a "
                        "is missing (Debian: libedit-dev)")
  endif()
  target_compile_definitions(bantam_libedit INTERFACE BANTAM_LIBEDIT=1)
  target_include_directories(bantam_libedit SYSTEM INTERFACE ${LIBEDIT_INCLUDE})
  target_link_libraries(bantam_libedit INTERFACE
    ${LIBEDIT_LIBRARY} ${LIBEDIT_TINFO} ${LIBEDIT_BSD} ${LIBEDIT_MD})
else()
  message(STATUS "libedit not found: the program will read plain lines")
endif()
