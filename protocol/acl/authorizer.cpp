#include "protocol/acl/authorizer.hpp"

#include <array>

namespace praetor::acl {

namespace {

constexpr std::array<std::string_view, 14> names{"acl",     "agent",   "event",   "identity", "intention",
                                                 "key",     "keyring", "mesh",    "node",     "operator",
                                                 "peering", "query",   "service", "session"};

class everything final : public authorizer {
public:
  bool allowed(resource, access, std::string_view) const override { return true; }
  bool allowed_prefix(resource, access, std::string_view) const override { return true; }
  bool allowed_any(resource, access) const override { return true; }
  bool allowed_imported(resource) const override { return true; }
  std::string_view id() const override { return "*"; }
  std::string denial(const permission&) const override { return "Permission denied"; }
};

class nothing final : public authorizer {
public:
  bool allowed(resource, access, std::string_view) const override { return false; }
  bool allowed_prefix(resource, access, std::string_view) const override { return false; }
  bool allowed_any(resource, access) const override { return false; }
  bool allowed_imported(resource) const override { return false; }
  std::string_view id() const override { return "-"; }
  std::string denial(const permission&) const override { return "Permission denied"; }
};

} // namespace

std::string to_text(resource what, access how) {
  constexpr std::array<std::string_view, 3> levels{"read", "list", "write"};
  return std::string(names[static_cast<std::size_t>(what)]) + ":" + std::string(levels[static_cast<std::size_t>(how)]);
}

std::optional<resource> resource_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<resource>(i);
  return {};
}

authorizer_ptr allow_nothing() {
  static const authorizer_ptr one = std::make_shared<nothing>();
  return one;
}

authorizer_ptr allow_all() {
  static const authorizer_ptr one = std::make_shared<everything>(); // stateless, so one instance serves all callers
  return one;
}

} // namespace praetor::acl
