#pragma once

#include "actors/root_certificate.hpp"

namespace praetor {

/// Makes a self-signed EC P-256 root for the mesh's SPIFFE trust domain.
expected<root_certificate> make_root_certificate(const root_certificate_request& request);

} // namespace praetor
