#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>

namespace praetor {

/// A root certificate of the built-in certificate authority.
struct ca_root {
  std::string id; ///< SHA-1 of the certificate, colon hex
  std::string name;
  std::uint64_t serial_number = 0;
  std::string signing_key_id;        ///< SHA-256 of the public key, colon hex
  std::string external_trust_domain; ///< the cluster's UUID
  timestamp not_before, not_after;
  std::string root_cert; ///< PEM
  string_list intermediate_certs;
  std::string signing_cert, signing_key; ///< never shown
  bool active = false;
  timestamp rotated_out_at;
  std::string private_key_type;
  std::int64_t private_key_bits = 0;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"SerialNumber"}, x.serial_number);
    f(field{"SigningKeyID"}, x.signing_key_id);
    f(field{"ExternalTrustDomain"}, x.external_trust_domain);
    f(field{"NotBefore"}, x.not_before);
    f(field{"NotAfter"}, x.not_after);
    f(field{"RootCert"}, x.root_cert);
    f(field{"IntermediateCerts", null_if_empty}, x.intermediate_certs);
    f(field{"SigningCert", omit_empty}, x.signing_cert);
    f(field{"SigningKey", omit_empty}, x.signing_key);
    f(field{"Active"}, x.active);
    f(field{"RotatedOutAt", no_json}, x.rotated_out_at);
    f(field{"PrivateKeyType"}, x.private_key_type);
    f(field{"PrivateKeyBits"}, x.private_key_bits);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const ca_root&) const = default;
};
using ca_root_ptr = std::shared_ptr<const ca_root>;

/// The answer of connect/ca/roots.
struct ca_roots {
  std::string active_root_id, trust_domain;
  std::vector<ca_root_ptr> roots;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ActiveRootID"}, x.active_root_id);
    f(field{"TrustDomain"}, x.trust_domain);
    f(field{"Roots"}, x.roots);
  }
};

/// The private state of the built-in authority, stored in the state so that every leader can sign.
struct ca_provider_state {
  std::string id; ///< hash of the provider's configuration
  std::string private_key, root_cert, intermediate_cert;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"PrivateKey"}, x.private_key);
    f(field{"RootCert"}, x.root_cert);
    f(field{"IntermediateCert"}, x.intermediate_cert);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const ca_provider_state&) const = default;
};

/// The configuration of the certificate authority.
struct ca_configuration {
  std::string cluster_id; ///< UUID, the first label of the trust domain
  std::string provider;   ///< "consul"
  free_form config;
  string_map state;
  bool force_without_cross_signing = false;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ClusterID", no_json}, x.cluster_id);
    f(field{"Provider"}, x.provider);
    f(field{"Config"}, x.config);
    f(field{"State", null_if_empty}, x.state);
    f(field{"ForceWithoutCrossSigning"}, x.force_without_cross_signing);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const ca_configuration&) const = default;
};

} // namespace praetor
