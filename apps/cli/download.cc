#include "apps/cli/download.h"

#include "base/errors.h"

#ifdef UNRECUR_HAVE_CURL

#include <curl/curl.h>

#include <memory>
#include <new>

namespace unrecur {
namespace {

struct Received {
  Bytes content;
  std::uint64_t limit;
};

/// libcurl is C: what stops the transfer is told by a number, not thrown.
std::size_t receive(const char* data, std::size_t, std::size_t size, void* into) {
  auto& received = *static_cast<Received*>(into);
  if (size > received.limit - received.content.size()) return 0;
  try {
    const auto bytes = as_bytes({data, size});
    received.content.insert(received.content.end(), bytes.begin(), bytes.end());
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return size;
}

}  // namespace

Bytes download(const std::string& address, std::uint64_t limit) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) throw ResourceError(address + ": libcurl does not start");
  CURL* const curl = handle.get();
  Received received{{}, limit};
  curl_easy_setopt(curl, CURLOPT_URL, address.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  // A transfer that stays below 100 bytes a second for a minute is given up.
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "unrecur");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_WRITE_ERROR) {
    throw ResourceError(address + ": offers more than " + std::to_string(limit) + " bytes, or more than memory holds");
  }
  if (code != CURLE_OK) throw ResourceError(address + ": cannot be downloaded: " + curl_easy_strerror(code));
  return std::move(received.content);
}

}  // namespace unrecur

#else

namespace unrecur {

Bytes download(const std::string& address, std::uint64_t) {
  throw ResourceError(
      address +
      ": cannot be downloaded: this program was built without libcurl (install libcurl4-openssl-dev and "
      "build again, or get the file by other means)");
}

}  // namespace unrecur

#endif
