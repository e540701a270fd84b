#include <map>
#include <typeindex>

#include "protocol/codec/shape.hpp"
#include "protocol/config/schema.hpp"
#include "protocol/types/definitions.hpp"

namespace praetor::config {

std::string key_of(const field& f) {
  if (has(f.flags, no_key)) return {};
  return f.alias.empty() ? lower_case(f.name) : std::string(f.alias);
}

namespace {

template <class T>
unsigned traits_of(const field& f) {
  if constexpr (std::same_as<T, connect_definition>) return f.name == "SidecarService" ? no_effect : plain;
  return plain;
}

template <class T>
constexpr key_kind kind_of_member() {
  if constexpr (shape::maybe<T>)
    return kind_of_member<shape::pointee_t<T>>();
  else if constexpr (shape::record<T>)
    return key_kind::block;
  else if constexpr (shape::record_list<T>)
    return key_kind::block_list;
  else if constexpr (shape::record_map<T>)
    return key_kind::block_map;
  else if constexpr (std::same_as<T, std::map<std::string, string_list>>)
    return key_kind::text_list_map;
  else if constexpr (std::same_as<T, free_form>)
    return key_kind::any_map;
  else
    return kind_of(static_cast<const T*>(nullptr));
}

/// The keys of service and check definitions, and of the structs inside them.
class definition_schema {
public:
  using keys = std::vector<key_spec>;

  static const definition_schema& get() {
    static const definition_schema all;
    return all;
  }
  const keys& of(const std::type_info& type) const { return by_type_.at(type); }

private:
  definition_schema() { keys_of<service_definition>(); }

  /// A sidecar is itself a service: the keys of a type may refer to themselves.
  template <class T>
  const keys* keys_of() {
    auto [known, is_new] = by_type_.try_emplace(typeid(T));
    if (is_new) known->second = make_keys<T>();
    return &known->second;
  }

  template <class T>
  keys make_keys() {
    keys out;
    T sample;
    T::fields(
        [&]<class Member>(const field& f, Member&) {
          if (auto name = key_of(f); !name.empty())
            out.push_back({std::move(name),
                           kind_of_member<Member>(),
                           traits_of<T>(f),
                           std::string(f.key_alias),
                           keys_inside<Member>(),
                           {}});
        },
        sample);
    // Consul accepts this key and ignores it.
    if constexpr (std::same_as<T, expose_config>)
      out.push_back({"port", key_kind::integer, no_effect, {}, nullptr, {}});
    return out;
  }

  /// The keys of a block; null for other members.
  template <class T>
  const keys* keys_inside() {
    if constexpr (shape::maybe<T>)
      return keys_inside<shape::pointee_t<T>>();
    else if constexpr (shape::record<T>)
      return keys_of<T>();
    else if constexpr (shape::record_list<T>)
      return keys_of<typename T::value_type>();
    else if constexpr (shape::record_map<T>)
      return keys_of<typename T::mapped_type>();
    else
      return nullptr;
  }

  std::map<std::type_index, keys> by_type_;
};

} // namespace

const std::vector<key_spec>& check_schema() { return definition_schema::get().of(typeid(check_definition)); }
const std::vector<key_spec>& service_schema() { return definition_schema::get().of(typeid(service_definition)); }

} // namespace praetor::config
