// The files of the chat page (web/), as they are built into the program by cmake/web.cmake.
#pragma once

#include <span>
#include <string_view>

namespace bantam::server {

// All views last as long as the program.
struct Page {
  std::string_view path;  // "/", "/assets/page-<hash>.js"
  std::string_view content_type;
  std::string_view etag;   // hash of `bytes`, without quotes
  bool immutable = false;  // the path names the content: it may be kept for ever
  std::string_view bytes;
  std::string_view bytes_gzip;  // empty where it would not be smaller
};

// The page at "/" is always there; without Node at build time it says how to get the real one.
std::span<const Page> Pages();

}  // namespace bantam::server
