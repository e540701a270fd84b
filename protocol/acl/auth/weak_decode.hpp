#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace praetor::acl::auth {

/// Reads the members of a free-form object into a struct by its field list, with the conversions and the error texts of
/// Go's mapstructure: names match case-insensitively, numbers, booleans and texts convert into each other, a single
/// value stands for a list of one. Names without a member are errors.
class weak_decoder {
public:
  explicit weak_decoder(const free_form& object) : object_(object) {}

  template <class T>
  expected<T> decode() {
    T out{};
    T::fields([this](const field& f, auto& member) { decode_member(f.name, member); }, out);
    if (auto good = finish(); !good) return tl::unexpected(std::move(good.error()));
    return out;
  }

private:
  // One member each; a missing or null one stays as it is.
  void decode_member(std::string_view name, std::string& into);
  void decode_member(std::string_view name, bool& into);
  void decode_member(std::string_view name, std::int64_t& into);
  void decode_member(std::string_view name, nanoseconds& into);
  void decode_member(std::string_view name, string_list& into);
  void decode_member(std::string_view name, string_map& into);

  const nlohmann::json* take(std::string_view name);
  void decode_text(const std::string& name, const nlohmann::json& value, std::string& into);
  void decode_integer(const std::string& name, const nlohmann::json& value, std::string_view type, std::int64_t& into);
  void decode_map(const std::string& name, const nlohmann::json& value, string_map& into);
  void mismatch(const std::string& name, std::string_view type, const nlohmann::json& value);
  expected<void> finish();

  const free_form& object_;
  std::vector<std::string> known_, errors_;
};

} // namespace praetor::acl::auth
