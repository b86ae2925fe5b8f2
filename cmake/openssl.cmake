# bantam_openssl: headers of OpenSSL, which the program loads from the system when TLS is asked for.
# Defines BANTAM_TLS=1 where found; static programs cannot load libraries.
# bantam_openssl_test: the library itself, for tests that make certificates and play the client.
find_path(OPENSSL_INCLUDE openssl/ssl.h)
find_library(OPENSSL_SSL ssl)
find_library(OPENSSL_CRYPTO crypto)
mark_as_advanced(OPENSSL_INCLUDE OPENSSL_SSL OPENSSL_CRYPTO)

add_library(bantam_openssl INTERFACE)
add_library(bantam_openssl_test INTERFACE)
if(OPENSSL_INCLUDE AND OPENSSL_SSL AND OPENSSL_CRYPTO AND NOT BANTAM_STATIC)
  set(found ON)
else()
  set(found OFF)
endif()
option(BANTAM_TLS "Serve HTTPS with OpenSSL" ${found})
if(BANTAM_TLS)
  if(NOT found)
    message(FATAL_ERROR "BANTAM_TLS is ON, but OpenSSL is missing (Debian: libssl-dev), or the "
                        "program is to be static")
  endif()
  target_compile_definitions(bantam_openssl INTERFACE BANTAM_TLS=1)
  target_include_directories(bantam_openssl SYSTEM INTERFACE ${OPENSSL_INCLUDE})
  target_link_libraries(bantam_openssl INTERFACE ${CMAKE_DL_LIBS})
  target_link_libraries(bantam_openssl_test INTERFACE ${OPENSSL_SSL} ${OPENSSL_CRYPTO})
else()
  message(STATUS "OpenSSL not found: the server will not speak TLS")
endif()
