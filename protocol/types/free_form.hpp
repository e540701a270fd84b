#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

namespace praetor {

/// A value of any shape that is kept and handed out as it came (proxy configuration and the like). Null takes no memory
/// of its own, any other value one node on the heap.
///
/// The JSON library is not part of this interface: its header alone costs a translation unit a second. Only a source
/// file that looks inside a value includes <nlohmann/json.hpp>.
class free_form {
public:
  free_form() = default;
  /// Explicit, so that a braced list is never taken for a value by accident.
  explicit free_form(nlohmann::json value);
  free_form(const free_form& other);
  free_form(free_form&&) noexcept = default;
  free_form& operator=(const free_form& other);
  free_form& operator=(free_form&&) noexcept = default;
  ~free_form() = default;

  const nlohmann::json& json() const;
  /// To change it; valid until this value is assigned or destroyed.
  nlohmann::json& json();

  bool is_null() const;
  /// True for null, an object without members and a list without elements.
  bool empty() const;
  bool operator==(const free_form& other) const;

private:
  struct destroyer {
    void operator()(nlohmann::json* value) const;
  };
  std::unique_ptr<nlohmann::json, destroyer> value_; ///< none: null
};

} // namespace praetor
