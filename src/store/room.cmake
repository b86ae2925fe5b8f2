# catalogue.json becomes the header store/catalogue_text.h in the build directory.
file(READ ${CMAKE_SOURCE_DIR}/src/store/catalogue.json BANTAM_CATALOGUE)
configure_file(${CMAKE_SOURCE_DIR}/src/store/catalogue_text.h.in
  ${CMAKE_BINARY_DIR}/generated/store/catalogue_text.h @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/src/store/catalogue.json)
target_include_directories(bantam_store PRIVATE ${CMAKE_BINARY_DIR}/generated)
