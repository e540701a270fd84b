#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace praetor {

/// A value of any shape, stored and returned unchanged (proxy configuration and the like). Null allocates nothing, any
/// other value one heap node.
///
/// The JSON library is not part of this interface: its header alone costs a translation unit a second. Only source
/// files that look inside a value include <nlohmann/json.hpp>.
class free_form {
public:
  free_form() = default;
  /// Explicit, so that a braced list never converts by accident.
  explicit free_form(nlohmann::json value);
  free_form(const free_form& other);
  free_form(free_form&&) noexcept = default;
  free_form& operator=(const free_form& other);
  free_form& operator=(free_form&&) noexcept = default;
  ~free_form() = default;

  const nlohmann::json& json() const;
  /// Mutable access; valid until this value is assigned or destroyed.
  nlohmann::json& json();

  bool is_null() const;
  /// True for null, an empty object and an empty list.
  bool empty() const;
  bool operator==(const free_form& other) const;

private:
  struct destroyer {
    void operator()(nlohmann::json* value) const;
  };
  std::unique_ptr<nlohmann::json, destroyer> value_; ///< none: null
};

} // namespace praetor
