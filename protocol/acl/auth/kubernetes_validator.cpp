#include "protocol/acl/auth/kubernetes_validator.hpp"

#include "protocol/base/url.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

#include <vector>

namespace praetor::acl::auth {

namespace {

/// The annotation of a service account that names its service.
constexpr auto service_name_annotation = "consul.hashicorp.com/service-name";

/// TokenReview of authentication.k8s.io/v1, as far as it is used.
struct review_request {
  struct spec_t {
    std::string token;

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"token"}, x.token);
    }
  };
  std::string kind = "TokenReview", version = "authentication.k8s.io/v1";
  spec_t spec;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"kind"}, x.kind);
    f(field{"apiVersion"}, x.version);
    f(field{"spec"}, x.spec);
  }
};

struct review_answer {
  struct user_t {
    std::string name, uid;

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"username"}, x.name);
      f(field{"uid"}, x.uid);
    }
  };
  struct status_t {
    bool authenticated = false;
    std::string error;
    user_t user;

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"authenticated"}, x.authenticated);
      f(field{"error"}, x.error);
      f(field{"user"}, x.user);
    }
  };
  status_t status;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"status"}, x.status);
  }
};

struct service_account {
  struct metadata_t {
    string_map annotations;

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"annotations"}, x.annotations);
    }
  };
  metadata_t metadata;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"metadata"}, x.metadata);
  }
};

/// An error of the API server.
struct api_status {
  std::string kind, message;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"kind"}, x.kind);
    f(field{"message"}, x.message);
  }
};

std::string error_of(const outbound_reply& reply) {
  constexpr unsigned unauthorized = 401, missing = 404;
  auto status = json::read<api_status>(reply.body, {.whole_text = true});
  if (status && status->kind == "Status" && !status->message.empty()) return status->message;
  if (reply.code == unauthorized) return "Unauthorized";
  if (reply.code == missing) return "the server could not find the requested resource";
  return "the server responded with the status code " + std::to_string(reply.code) +
         " but did not return more information";
}

/// The answer to a request as a T, or what went wrong.
template <class T>
expected<T> answer_of(const outbound_reply& reply) {
  constexpr unsigned first_good = 200, last_good = 206;
  if (!reply.failure.empty()) return fail(reply.failure);
  if (reply.code < first_good || reply.code > last_good) return fail(error_of(reply));
  return json::read<T>(reply.body, {.whole_text = true});
}

struct account {
  std::string space, name, uid;
};

/// The service account of a reviewed token.
expected<account> reviewed_account(const outbound_reply& reply) {
  auto review = answer_of<review_answer>(reply);
  if (!review) return tl::unexpected(std::move(review.error()));
  auto& status = review->status;
  if (!status.error.empty()) return fail("lookup failed: " + status.error);
  if (!status.authenticated) return fail("lookup failed: service account jwt not valid");
  std::vector<std::string> parts; // system:serviceaccount:NAMESPACE:NAME
  std::string_view rest = status.user.name;
  for (auto colon = rest.find(':'); colon != rest.npos; colon = rest.find(':')) {
    parts.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
  }
  parts.emplace_back(rest);
  constexpr std::size_t wanted = 4;
  if (parts.size() != wanted) return fail("lookup failed: unexpected username format");
  if (parts[0] != "system" || parts[1] != "serviceaccount")
    return fail("lookup failed: username returned is not a service account");
  return account{std::move(parts[2]), std::move(parts[3]), std::move(status.user.uid)};
}

identity identity_of(const account& of, const service_account& record) {
  const auto& annotations = record.metadata.annotations;
  auto named = annotations.find(service_name_annotation);
  const auto& name = named == annotations.end() ? of.name : named->second;
  return {kubernetes_fields{{of.space, name, of.uid}},
          {{"serviceaccount.namespace", of.space}, {"serviceaccount.name", name}, {"serviceaccount.uid", of.uid}}};
}

class kubernetes_validator final : public validator, public std::enable_shared_from_this<kubernetes_validator> {
public:
  explicit kubernetes_validator(kubernetes_settings s) : settings_(std::move(s)) {
    base_ = settings_.host.find("://") == std::string::npos ? "https://" + settings_.host : settings_.host;
    while (base_.ends_with('/')) base_.pop_back();
  }

  void verify(std::string bearer, nanoseconds, const fetch_function& fetch, verified done) override {
    if (auto parsed = parse_signed_text(bearer); !parsed)
      return done(fail("failed to parse and validate JWT: " + parsed.error().text));
    auto request = api_request("/apis/authentication.k8s.io/v1/tokenreviews");
    request.method = "POST";
    request.header["Content-Type"] = {"application/json"};
    review_request review;
    review.spec.token = std::move(bearer);
    json::write(request.body, review);
    fetch(std::move(request), [self = shared_from_this(), fetch, done = std::move(done)](const outbound_reply& reply) {
      auto found = reviewed_account(reply);
      if (!found) return done(tl::unexpected(std::move(found.error())));
      self->read_account(std::move(*found), fetch, done);
    });
  }

private:
  outbound_request api_request(const std::string& path) const {
    outbound_request out{.url = base_ + path, .authorities = settings_.ca_certificate};
    out.header = {{"Accept", {"application/json, */*"}},
                  {"Authorization", {"Bearer " + settings_.service_account_token}}};
    return out;
  }

  void read_account(account of, const fetch_function& fetch, const verified& done) const {
    auto request = api_request("/api/v1/namespaces/" + percent_encoded(of.space, is_unreserved) + "/serviceaccounts/" +
                               percent_encoded(of.name, is_unreserved));
    fetch(std::move(request), [of = std::move(of), done](const outbound_reply& reply) {
      auto record = answer_of<service_account>(reply);
      if (!record) return done(tl::unexpected(with_context("annotation lookup failed", std::move(record.error()))));
      done(identity_of(of, *record));
    });
  }

  const kubernetes_settings settings_;
  std::string base_;
};

} // namespace

validator_ptr make_kubernetes_validator(kubernetes_settings settings) {
  return std::make_shared<kubernetes_validator>(std::move(settings));
}

} // namespace praetor::acl::auth
