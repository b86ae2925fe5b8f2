# The Debian package (packaging/), made by tools/package.sh with CPack. Version: project() alone.
install(TARGETS bantam RUNTIME DESTINATION bin COMPONENT program)

# Everything below is relative to the root of a system, and only what CPack installs.
set(from ${CMAKE_SOURCE_DIR}/packaging)
set(made ${CMAKE_BINARY_DIR}/packaging)  # by tools/package.sh: what is compressed, and notices
set(doc usr/share/doc/bantam)
install(TARGETS bantam RUNTIME DESTINATION usr/bin COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${from}/bantam.service DESTINATION usr/lib/systemd/system
  COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${from}/bantam.default DESTINATION etc/default RENAME bantam
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ  # it may hold a key
  COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${from}/bantam.bash DESTINATION usr/share/bash-completion/completions RENAME bantam
  COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${from}/lintian_overrides DESTINATION usr/share/lintian/overrides RENAME bantam
  COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${from}/nginx.conf DESTINATION ${doc}/examples COMPONENT deb EXCLUDE_FROM_ALL)
file(GLOB guides CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/*.md)
install(FILES ${guides} ${from}/copyright DESTINATION ${doc} COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${made}/bantam.1.gz DESTINATION usr/share/man/man1 COMPONENT deb EXCLUDE_FROM_ALL)
install(FILES ${made}/changelog.Debian.gz DESTINATION ${doc} COMPONENT deb EXCLUDE_FROM_ALL)
install(DIRECTORY ${made}/notices DESTINATION ${doc} COMPONENT deb EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME bantam)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR Bantam)
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};bantam;deb;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
  GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_MULTIARCH foreign)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Bantam <maintainers@bantam.invalid>")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "runs and serves small language models
Bantam runs language models of up to about four billion parameters on the
processor: in a chat on the command line, and as a server for the clients of
OpenAI and Ollama, with a page to chat on. Answers can be held to a shape
(JSON Schema, grammars), and are the same bytes on every machine.

The service bantam.service is not started by the installation.")
# Loaded when they are needed: to pull models, to serve HTTPS.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libcurl4 | libcurl3-gnutls, libssl3, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "nginx")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  "${made}/conffiles;${from}/postinst;${from}/prerm;${from}/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
if(CMAKE_CROSSCOMPILING)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)  # what it depends on comes from tools/package.sh
else()
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
include(CPack)
