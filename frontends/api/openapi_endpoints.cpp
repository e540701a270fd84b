#include "frontends/api/openapi.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::openapi_endpoints {

namespace {

void document(const call& c) {
  static const auto text = std::make_shared<const std::string>(openapi_document());
  answer a;
  a.content_type = json_type;
  a.body = text;
  respond(c, std::move(a));
}

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/openapi.json",
          .endpoint = document,
          .summary = "This description of the API",
          .public_route = true},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::openapi_endpoints
