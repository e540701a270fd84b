#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace praetor {

/// What went wrong, as a client sees it: `text` is the body of the answer, `status` its HTTP code.
/// Code that knows nothing of HTTP leaves the status at 500, the code of everything unforeseen.
struct error {
  std::string text;
  int status = 500;

  bool operator==(const error&) const = default;
};

template <class T>
using expected = tl::expected<T, error>;

/// `return fail("Missing key name", 400);`
inline tl::unexpected<error> fail(std::string text, int status = 500) {
  return tl::unexpected<error>(error{std::move(text), status});
}

} // namespace praetor

/// States an invariant; a process that has lost one stops, in release builds too.
#define PRAETOR_ASSERT(condition)                                                                                      \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      std::fprintf(stderr, "invariant lost: %s (%s:%d)\n", #condition, __FILE__, __LINE__);                            \
      std::abort();                                                                                                    \
    }                                                                                                                  \
  } while (false)
