#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// A certificate with its key, which API gateways refer to by name.
struct certificate_pair : config_entry {
  std::string certificate, private_key;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Certificate"}, x.certificate);
    f(field{"PrivateKey"}, x.private_key);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
};

/// Both as PEM text.
struct inline_certificate : certificate_pair {
  static constexpr std::string_view kind_name = "inline-certificate", type_name = "InlineCertificateConfigEntry";

  expected<void> validate() const;
};

/// Both as paths on the gateways' machines, which no agent reads.
struct file_system_certificate : certificate_pair {
  static constexpr std::string_view kind_name = "file-system-certificate",
                                    type_name = "FileSystemCertificateConfigEntry";

  expected<void> validate() const { return check_meta(meta).result(); }
};

} // namespace praetor::config_entries
