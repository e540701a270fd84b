#include "frontends/api/json_schema.hpp"

#include <nlohmann/json.hpp>

namespace praetor::api::detail {

using nlohmann::json;

free_form any_schema() { return free_form(json::object()); }
free_form text_schema() { return free_form(json{{"type", "string"}}); }
free_form boolean_schema() { return free_form(json{{"type", "boolean"}}); }

free_form integer_schema(std::int64_t least, std::uint64_t most) {
  return free_form(json{{"type", "integer"}, {"minimum", least}, {"maximum", most}});
}

free_form number_schema() { return free_form(json{{"type", "number"}}); }

free_form duration_schema() {
  return free_form(
      json{{"type", json::array({"string", "integer"})}, {"description", "a duration: \"1m30s\" or nanoseconds"}});
}

free_form time_schema() { return free_form(json{{"type", "string"}, {"format", "date-time"}}); }
free_form bytes_schema() { return free_form(json{{"type", "string"}, {"contentEncoding", "base64"}}); }
free_form list_schema(const free_form& items) { return free_form(json{{"type", "array"}, {"items", items.json()}}); }

free_form map_schema(const free_form& values) {
  return free_form(json{{"type", "object"}, {"additionalProperties", values.json()}});
}

free_form record_schema() { return free_form(json{{"type", "object"}}); }

void add_property(free_form& record, std::string_view name, const free_form& schema) {
  record.json()["properties"][std::string(name)] = schema.json();
}

free_form or_null(free_form schema) {
  auto& members = schema.json();
  if (auto type = members.find("type"); type != members.end() && type->is_string())
    *type = json::array({*type, "null"});
  return schema;
}

} // namespace praetor::api::detail
