# The version that `bantam version` tells.
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/cli/version_command.cc
  ${CMAKE_SOURCE_DIR}/src/cli/serve_command.cc PROPERTIES
  COMPILE_DEFINITIONS BANTAM_VERSION="${PROJECT_VERSION}")
