# The program `bantam`: self-contained, the system's libc aside.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
  add_executable(bantam ${CMAKE_SOURCE_DIR}/src/cli/main.cc)
  target_link_libraries(bantam PRIVATE bantam_cli)
  set_target_properties(bantam PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  if(NOT BANTAM_SANITIZE)
    target_link_options(bantam PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endif()
