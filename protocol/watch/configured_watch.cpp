#include "protocol/watch/configured_watch.hpp"

#include "protocol/config/hidden.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/watch/go_syntax.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor {

namespace {

/// Go's name of a value's type.
std::string type_name(const nlohmann::json& value) {
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "bool";
  if (value.is_number_float()) return "float64";
  if (value.is_number()) return "int";
  if (value.is_array()) return "[]interface {}";
  return "map[string]interface {}";
}

/// Collects the faults of one block's members, like Consul's decoder.
struct member_faults {
  string_list found;

  void expect(const char* name, const char* type, const nlohmann::json& got) {
    found.push_back("'" + std::string(name) + "' expected type '" + type + "', got unconvertible type '" +
                    type_name(got) + "', value: '" + (got.is_string() ? got.get<std::string>() : go_syntax(got)) + "'");
  }
  expected<void> result() const {
    if (found.empty()) return {};
    auto text = std::to_string(found.size()) + " error(s) decoding:\n";
    for (const auto& each : found) text += "\n* " + each;
    return fail(text);
  }
};

expected<http_handler> http_handler_of(const nlohmann::json& block) {
  http_handler out;
  std::string timeout;
  member_faults faults;
  auto text = [&](const char* name, std::string& into) {
    auto found = block.find(name);
    if (found == block.end()) return;
    if (!found->is_string()) return faults.expect(name, "string", *found);
    into = found->get<std::string>();
  };
  if (!block.is_object()) return fail("expected a map, got '" + type_name(block) + "'");
  text("path", out.path);
  text("method", out.method);
  text("timeout", timeout);
  if (auto skip = block.find("tls_skip_verify"); skip != block.end()) {
    if (skip->is_boolean())
      out.tls_skip_verify = skip->get<bool>();
    else
      faults.expect("tls_skip_verify", "bool", *skip);
  }
  if (auto header = block.find("header"); header != block.end() && header->is_object()) {
    for (const auto& [name, values] : header->items()) {
      bool good = values.is_array() &&
                  std::all_of(values.begin(), values.end(), [](const nlohmann::json& v) { return v.is_string(); });
      if (good)
        out.header[name] = values.get<string_list>();
      else
        faults.found.push_back("'header[" + name + "]': source data must be an array or slice, got " +
                               type_name(values));
    }
  } else if (header != block.end()) {
    faults.expect("header", "map[string][]string", *header);
  }
  if (auto good = faults.result(); !good) return tl::make_unexpected(good.error());
  if (out.path.empty()) return fail("Requires 'path' to be set");
  if (out.method.empty()) out.method = "POST";
  if (timeout.empty()) return out;
  auto parsed = duration_from_text(timeout);
  if (!parsed.value) return fail("Failed to parse timeout: " + parsed.error);
  out.timeout = *parsed.value;
  return out;
}

/// The handler type; defaults to "script".
expected<std::string> handler_type(const nlohmann::json& definition) {
  auto found = definition.find("handler_type");
  if (found == definition.end()) return "script";
  if (*found == "http" || *found == "script") return found->get<std::string>();
  return fail("Handler type '" + (found->is_string() ? found->get<std::string>() : found->dump()) + "' not recognized");
}

/// Removes and returns the HTTP handler, if any.
expected<void> take_http_handler(nlohmann::json& parameters, const std::string& type, watch_handler& into) {
  parameters.erase("handler_type");
  if (type != "http") return {};
  auto block = parameters.find("http_handler_config");
  if (block == parameters.end()) return fail("Handler type 'http' requires 'http_handler_config' to be set");
  auto read = http_handler_of(*block);
  if (!read) return fail("Failed to parse 'http_handler_config': " + read.error().text);
  into.http = std::move(*read);
  parameters.erase("http_handler_config");
  return {};
}

/// Extracts the plan and the HTTP handler; the remaining members are the other handlers.
expected<configured_watch> take_plan(free_form& parameters, const std::string& handler) {
  auto plan = take_watch_heading(parameters);
  if (!plan) return tl::make_unexpected(plan.error());
  configured_watch out;
  if (auto good = take_http_handler(parameters.json(), handler, out.handler); !good)
    return tl::make_unexpected(good.error());
  if (auto good = take_watch_question(parameters, *plan); !good) return tl::make_unexpected(good.error());
  out.plan = std::move(*plan);
  auto rest = parameters;
  rest.json().erase("handler");
  rest.json().erase("args");
  if (auto good = refuse_unknown_parameters(rest); !good) {
    parameters = rest;
    return tl::make_unexpected(good.error());
  }
  return out;
}

expected<void> take_script(const nlohmann::json& parameters, watch_handler& handler) {
  auto line = parameters.find("handler"), args = parameters.find("args");
  if (line != parameters.end()) {
    if (!line->is_string()) return fail("Watch handler must be a string");
    handler.line = line->get<std::string>();
  }
  if (args != parameters.end()) {
    bool is_list = args->is_array() &&
                   std::all_of(args->begin(), args->end(), [](const nlohmann::json& a) { return a.is_string(); });
    if (!is_list && !args->is_string()) return fail("Watch args must be a list of strings");
    handler.arguments = is_list ? args->get<string_list>() : string_list{args->get<std::string>()};
  }
  auto count = (line != parameters.end()) + (args != parameters.end()) + handler.http.has_value();
  if (count > 1) return fail("Only one watch handler allowed");
  if (count == 0 || (args != parameters.end() && handler.arguments.empty())) return fail("Must define a watch handler");
  return {};
}

expected<configured_watch> read_watch(const nlohmann::json& definition) {
  auto type = handler_type(definition);
  if (!type) return tl::make_unexpected(type.error());
  if (auto name = definition.find("type"); name != definition.end() && name->is_string())
    if (auto text = name->get<std::string>(); text.starts_with("connect_"))
      return fail("Watch type " + text + " is not allowed in agent config");
  free_form parameters(definition);
  auto out = take_plan(parameters, *type);
  if (!out) {
    config::hide_secrets(parameters.json());
    return fail("Failed to parse watch (" + go_syntax(parameters.json()) + "): " + out.error().text);
  }
  if (auto good = take_script(parameters.json(), out->handler); !good) return tl::make_unexpected(good.error());
  out->definition = definition.dump();
  return out;
}

} // namespace

expected<std::vector<configured_watch>> configured_watches(const config::runtime_config& config) {
  std::vector<configured_watch> out;
  if (!config.watches.empty() && config.http_addrs.empty() && config.https_addrs.empty())
    return fail("watch plans require an HTTP or HTTPS endpoint");
  for (const auto& definition : config.watches) {
    auto watch = read_watch(definition.json());
    if (!watch) return tl::make_unexpected(watch.error());
    out.push_back(std::move(*watch));
  }
  return out;
}

} // namespace praetor
