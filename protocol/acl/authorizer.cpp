#include "protocol/acl/authorizer.hpp"

#include <array>

namespace praetor::acl {

namespace {

class everything final : public authorizer {
public:
  bool allowed(resource, access, std::string_view) const override { return true; }
  bool allowed_prefix(resource, access, std::string_view) const override { return true; }
  std::string_view id() const override { return "*"; }
  std::string denial(const permission& wanted) const override {
    return "Permission denied: lacks permission '" + to_text(wanted.what, wanted.how) + "'";
  }
};

} // namespace

std::string to_text(resource what, access how) {
  constexpr std::array<std::string_view, 14> names{"acl",     "agent",   "event",   "identity", "intention",
                                                   "key",     "keyring", "mesh",    "node",     "operator",
                                                   "peering", "query",   "service", "session"};
  constexpr std::array<std::string_view, 3> levels{"read", "list", "write"};
  return std::string(names[static_cast<std::size_t>(what)]) + ":" + std::string(levels[static_cast<std::size_t>(how)]);
}

authorizer_ptr allow_all() {
  static const authorizer_ptr one = std::make_shared<everything>(); // stateless, so that sharing it shares nothing
  return one;
}

} // namespace praetor::acl
