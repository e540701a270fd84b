#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct mesh_transparent_proxy {
  static constexpr std::string_view type_name = "TransparentProxyMeshConfig";

  bool mesh_destinations_only = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("MeshDestinationsOnly", "mesh_destinations_only"), x.mesh_destinations_only);
  }
  bool operator==(const mesh_transparent_proxy&) const = default;
};
struct directional_tls {
  static constexpr std::string_view type_name = "MeshDirectionalTLSConfig";

  std::string least_version, greatest_version;
  string_list cipher_suites;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("TLSMinVersion", "tls_min_version", omit_empty), x.least_version);
    f(field::aliased("TLSMaxVersion", "tls_max_version", omit_empty), x.greatest_version);
    f(field::aliased("CipherSuites", "cipher_suites", omit_empty), x.cipher_suites);
  }
  bool operator==(const directional_tls&) const = default;
};
struct mesh_tls {
  static constexpr std::string_view type_name = "MeshTLSConfig";

  std::optional<directional_tls> incoming, outgoing;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Incoming", omit_empty}, x.incoming);
    f(field{"Outgoing", omit_empty}, x.outgoing);
  }
  bool operator==(const mesh_tls&) const = default;
};
struct mesh_http {
  static constexpr std::string_view type_name = "MeshHTTPConfig";

  bool sanitize_x_forwarded_client_cert = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("SanitizeXForwardedClientCert", "sanitize_x_forwarded_client_cert"),
      x.sanitize_x_forwarded_client_cert);
  }
  bool operator==(const mesh_http&) const = default;
};
struct mesh_peering {
  static constexpr std::string_view type_name = "PeeringMeshConfig";

  bool peer_through_mesh_gateways = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("PeerThroughMeshGateways", "peer_through_mesh_gateways"), x.peer_through_mesh_gateways);
  }
  bool operator==(const mesh_peering&) const = default;
};

/// What holds for the whole mesh. There is one, and its name is "mesh", which is no field.
struct mesh : config_entry {
  static constexpr std::string_view kind_name = "mesh", type_name = "MeshConfigEntry";
  static constexpr std::string_view only_name = "mesh";

  mesh_transparent_proxy transparent_proxy;
  bool allow_enabling_permissive_mutual_tls = false, validate_clusters = false;
  std::optional<mesh_tls> tls;
  std::optional<mesh_http> http;
  std::optional<mesh_peering> peering;

  mesh() { name = only_name; }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", read_only | no_packed | no_hash}, x.kind);
    f(field::aliased("TransparentProxy", "transparent_proxy"), x.transparent_proxy);
    f(field::aliased("AllowEnablingPermissiveMutualTLS", "allow_enabling_permissive_mutual_tls", omit_empty),
      x.allow_enabling_permissive_mutual_tls);
    f(field::aliased("ValidateClusters", "validate_clusters", omit_empty), x.validate_clusters);
    f(field{"TLS", omit_empty}, x.tls);
    f(field{"HTTP", omit_empty}, x.http);
    f(field{"Peering", omit_empty}, x.peering);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
  expected<void> validate() const;
};

} // namespace praetor::config_entries
