# bantam_sqlite: SQLite for the response cache, linked statically so that the program stays
# self-contained. Defines BANTAM_SQLITE=1 where found; without it there is no response cache.
find_path(SQLITE_INCLUDE sqlite3.h)
find_library(SQLITE_LIBRARY libsqlite3.a)
mark_as_advanced(SQLITE_INCLUDE SQLITE_LIBRARY)

add_library(bantam_sqlite INTERFACE)
if(SQLITE_INCLUDE AND SQLITE_LIBRARY)
  set(found ON)
else()
  set(found OFF)
endif()
option(BANTAM_SQLITE "Keep answers in a response cache (SQLite)" ${found})
if(BANTAM_SQLITE)
  if(NOT found)
    message(FATAL_ERROR "BANTAM_SQLITE is ON, but sqlite3.h or libsqlite3.a is missing (Debian: "
                        "libsqlite3-dev)")
  endif()
  target_compile_definitions(bantam_sqlite INTERFACE BANTAM_SQLITE=1)
  target_include_directories(bantam_sqlite SYSTEM INTERFACE ${SQLITE_INCLUDE})
  target_link_libraries(bantam_sqlite INTERFACE ${SQLITE_LIBRARY} ${CMAKE_DL_LIBS} m)
else()
  message(STATUS "SQLite not found: the program will keep no response cache")
endif()
