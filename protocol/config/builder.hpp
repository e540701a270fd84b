#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/ip_address.hpp"
#include "protocol/config/error_list.hpp"
#include "protocol/config/keys.hpp"
#include "protocol/config/load.hpp"
#include "protocol/config/read_value.hpp"
#include "protocol/hcl/value.hpp"

namespace praetor::config {

/// Converts the merged tree into the typed configuration. Errors of single values are collected and reported together
/// near the end; members that return `expected` report at once.
class builder {
public:
  builder(const hcl::value& tree, environment& env, bool dev_mode);

  expected<runtime_config> build();
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

private:
  // Reading the tree (builder.cpp)
  const hcl::value* look_up(std::string_view path) const;
  const hcl::value* find(key_path key) const { return look_up(key.text()); }
  bool flag(key_path key) const;
  std::int64_t integer(key_path key) const;
  std::string text(key_path key) const;
  string_list texts(key_path key) const;
  string_map text_map(key_path key) const;
  nanoseconds duration_of(const std::string& name, const hcl::value* v);

  // Rows whose member has the type of the key (read_rows.cpp)
  void read(std::span<const key_row> rows);
  void read(const key_row& row);
  void read_duration(const key_row& row, const hcl::value* v);

  void complain(std::string message) { errors_.push_back(std::move(message)); }
  void warn(std::string message) { warnings_.push_back(std::move(message)); }
  expected<void> collected_errors();

  // Services and checks (build_definitions.cpp)
  void build_definitions();
  template <class T>
  T definition_of(const hcl::value& block);
  template <class T>
  void read_member(const hcl::value& v, T& into);
  void judge(const proxy_definition& proxy);
  void judge(const service_definition& service);

  // Addresses (build_addresses.cpp)
  expected<void> build_addresses();
  expected<void> build_ports();
  expected<void> build_bind_address();
  expected<std::string> detect_address(bool v6);
  expected<void> build_recursors();
  void build_client_addresses();
  std::vector<endpoint> expand_addresses(key_path key);
  std::optional<std::string> expand_first_ip(key_path key);
  std::vector<endpoint> listeners(key_path key, std::int64_t port);
  void judge_port(key_path key, std::int64_t& port);
  expected<void> build_cidrs();

  // The rest (build_settings.cpp)
  expected<void> build_raft();
  expected<void> build_connect();
  void build_general();
  void build_node_name();
  void build_cluster();
  void build_dns();
  void build_http();
  void build_telemetry();
  void build_automatic();
  void build_ui();
  string_list expand_optional_addresses(key_path key);

  // TLS (build_tls.cpp)
  expected<void> build_tls();
  expected<void> refuse_misplaced_tls() const;
  void build_stanza(tls_settings& stanza, key_path version, key_path ciphers, const tls_settings& defaults);

  // Checks of the whole configuration (validate.cpp)
  expected<void> validate();
  expected<void> validate_identity();
  expected<void> validate_ui();
  expected<void> validate_bootstrap();
  expected<void> validate_limits();
  expected<void> validate_log_store();
  expected<void> validate_clashes();
  expected<void> validate_definitions();
  expected<void> validate_connect();
  expected<void> validate_automatic();
  expected<void> validate_segments();
  void warn_about_the_whole();

  const hcl::value& tree_;
  environment& env_;
  runtime_config out_;
  std::vector<std::string> warnings_;
  std::vector<std::string> errors_;
  std::string bind_, advertise_; ///< after detection
  string_list clients_;
};

} // namespace praetor::config
