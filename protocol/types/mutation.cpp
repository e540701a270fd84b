#include "protocol/mutation.hpp"

#ifdef PRAETOR_MUTATIONS

#include <cstdlib>
#include <string_view>

namespace praetor {

bool mutated(const char* name) {
  static const std::string_view chosen = [] {
    const char* value = std::getenv("PRAETOR_MUTATION");
    return std::string_view(value != nullptr ? value : "");
  }();
  return chosen == name;
}

} // namespace praetor

#endif
