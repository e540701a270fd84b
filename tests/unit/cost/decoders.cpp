#include "tests/unit/cost/decoders.hpp"

#include "actors/ports/remoting_hello.hpp"
#include "frontends/api/dns/dns_forms.hpp"
#include "frontends/api/dns/dns_message.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/dns/recursors.hpp"
#include "frontends/http/request_parser.hpp"
#include "frontends/http/target.hpp"
#include "protocol/acl/rules.hpp"
#include "protocol/base/url.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/codec/rfc3339.hpp"
#include "protocol/config/schema.hpp"
#include "protocol/config/sockaddr_template.hpp"
#include "protocol/filter/filter.hpp"
#include "protocol/filter/go_text.hpp"
#include "protocol/filter/regexp.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/raft/types.hpp"
#include "protocol/swim/wire.hpp"
#include "protocol/types/catalog.hpp"
#include "protocol/types/commands.hpp"

namespace praetor::cost {

namespace {

/// A machine with one interface.
class small_machine final : public config::environment {
public:
  path_kind kind_of(const std::string&) override { return path_kind::missing; }
  expected<std::string> read_file(const std::string&) override { return fail("no such file"); }
  expected<std::vector<entry>> list_directory(const std::string&) override { return std::vector<entry>{}; }
  expected<std::vector<config::interface_address>> interfaces() override {
    return std::vector<config::interface_address>{{"eth0", "10.0.0.1", 24, 3, true}};
  }
  expected<std::string> hostname() override { return std::string("host"); }
  std::optional<std::string> getenv(const std::string&) override { return std::nullopt; }
  std::uint64_t max_file_descriptors() override { return 0; }
};

template <class T>
void read_json(std::string_view text) {
  json::read_options strict;
  strict.reject_unknown_fields = true;
  (void)json::read<T>(text, strict);
  strict.reject_unknown_fields = false;
  (void)json::read<T>(text, strict);
}

void filter_nodes(std::string_view text) {
  static const node_service instance = [] {
    node_service s;
    s.name = "web";
    s.id = std::string(64, 'a');
    s.tags = {"a", "b"};
    return s;
  }();
  auto compiled = filter::compile<node_service>(text);
  if (compiled) (void)compiled->matches(instance);
}

void read_names(std::string_view bytes) {
  auto packet = bytes.substr(0, 0xffff); // the maximal message size (RFC 1035 4.2.2)
  dns::query q;
  (void)dns::read_query(packet, q);
  for (std::size_t at = 0; at < packet.size(); at += 64) { // a response has a name every few bytes
    std::string name;
    if (dns::expand_name(packet, at, name)) (void)dns::parse_name(dns::labels_of(name), 1);
  }
}

void read_target(std::string_view text) {
  for (bool lenient : {false, true}) {
    api::request r;
    r.method = "GET";
    (void)http::resolve_target(text, lenient, r);
  }
  api::query_parameters parameters;
  (void)http::parse_query(text, parameters);
  (void)http::clean_path(text);
}

void read_url(std::string_view text) {
  if (auto url = parse_url(text)) (void)resolve_reference(*url, std::string(text));
}

void read_configuration(std::string_view text) {
  for (bool json : {false, true}) {
    auto tree = json ? hcl::parse_json(text) : hcl::parse_hcl(text);
    if (!tree) continue;
    hcl::value merged;
    config::merge(config::schema(), merged, config::decode(config::schema(), *tree).tree);
    (void)config::decode(config::service_schema(), *tree);
  }
}

void read_go_texts(std::string_view text) {
  std::string content;
  (void)filter::unquote(text, content);
  (void)filter::parse_signed(text, 64);
  (void)filter::parse_float(text);
  (void)duration_from_text(text);
  (void)timestamp_from_text(text);
  (void)base64_decode(text);
  (void)praetor::quoted(text);
  (void)api::parse_cache_control(text);
}

void read_template(std::string_view text) {
  small_machine machine;
  (void)config::expand_template(std::string(text), machine);
}

} // namespace

const std::vector<decoder>& decoders() {
  static const std::vector<decoder> all{
      {"filter", filter_nodes},
      {"regular expression",
       [](std::string_view text) {
         filter::regexp r{std::string(text)};
         if (r.error().empty()) (void)r.matches("some text of forty letters to be looked");
       }},
      {"HCL", [](std::string_view text) { (void)hcl::parse_hcl(text); }},
      {"JSON of configuration", [](std::string_view text) { (void)hcl::parse_json(text); }},
      {"configuration", read_configuration},
      {"ACL rules", [](std::string_view text) { (void)acl::parse_rules(text); }},
      {"address template", read_template},
      {"free-form JSON", read_json<free_form>},
      {"JSON of a registration", read_json<register_request>},
      {"JSON of a service", read_json<node_service>},
      {"JSON of a transaction", read_json<std::vector<txn_op>>},
      {"free-form MessagePack", [](std::string_view bytes) { (void)msgpack::unpack<free_form>(bytes); }},
      {"MessagePack of a registration", [](std::string_view bytes) { (void)msgpack::unpack<register_request>(bytes); }},
      {"MessagePack of a service", [](std::string_view bytes) { (void)msgpack::unpack<node_service>(bytes); }},
      {"passed over MessagePack", [](std::string_view bytes) { msgpack::reader(bytes).skip(); }},
      {"Raft",
       [](std::string_view bytes) {
         (void)raft::decode_message(bytes);
         (void)raft::decode_configuration(bytes);
       }},
      {"gossip",
       [](std::string_view bytes) {
         (void)swim::decode_packet(bytes);
         (void)swim::decode_message(bytes);
         (void)swim::decode_stream(bytes);
       }},
      {"hello", [](std::string_view bytes) { (void)decode_hello(bytes); }},
      {"HTTP at once", [](std::string_view bytes) { (void)http::parse_connection(bytes, 0, 1 << 20); }},
      {"HTTP in packets", [](std::string_view bytes) { (void)http::parse_connection(bytes, 1448, 1 << 20); }},
      {"HTTP in small packets", [](std::string_view bytes) { (void)http::parse_connection(bytes, 64, 1 << 20); }},
      {"HTTP target", read_target},
      {"URL", read_url},
      {"DNS", read_names},
      {"Go's texts", read_go_texts},
  };
  return all;
}

} // namespace praetor::cost
