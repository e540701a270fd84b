#include "protocol/acl/auth/jwt_validator.hpp"

#include "protocol/acl/auth/claims.hpp"
#include "protocol/codec/json_read.hpp"

#include <algorithm>
#include <atomic>

namespace praetor::acl::auth {

namespace {

using key_result = std::function<void(expected<key_set_ptr>)>;

/// The beginning of an answer, for errors.
std::string_view shown(const std::string& body) {
  constexpr std::size_t most = 512;
  return std::string_view(body).substr(0, most);
}

/// Why an answer that should be JSON could not be read.
std::string unreadable(const outbound_reply& reply, const error& why) {
  auto type = reply.content_type.substr(0, reply.content_type.find(';'));
  if (equal_fold(type, "application/json"))
    return "got Content-Type = application/json, but could not unmarshal as JSON: " + why.text;
  return "expected Content-Type = application/json, got " + praetor::quoted(reply.content_type) + ": " + why.text;
}

constexpr unsigned ok = 200;

expected<key_set_ptr> keys_of(const outbound_reply& reply) {
  if (!reply.failure.empty()) return fail("oidc: get keys failed " + reply.failure);
  if (reply.code != ok) return fail("oidc: get keys failed: " + reply.status + " " + std::string(shown(reply.body)));
  auto keys = parse_key_set(reply.body);
  if (!keys)
    return fail("oidc: failed to decode keys: " + unreadable(reply, keys.error()) + " " +
                std::string(shown(reply.body)));
  return std::make_shared<const key_set>(std::move(*keys));
}

/// Keys that are fetched when they are needed, and kept.
class remote_keys : public std::enable_shared_from_this<remote_keys> {
public:
  remote_keys(std::string url, std::string authorities) : url_(std::move(url)), authorities_(std::move(authorities)) {}

  void refresh(const fetch_function& fetch, key_result done) {
    outbound_request request{.url = url_, .authorities = authorities_};
    fetch(std::move(request), [self = shared_from_this(), done = std::move(done)](const outbound_reply& reply) {
      auto keys = keys_of(reply);
      if (keys) self->keys_.store(*keys);
      if (!keys) keys.error().text.insert(0, "fetching keys ");
      done(std::move(keys));
    });
  }

  /// Verifies with the kept keys, and if none fits with new ones: issuers replace their keys (OpenID Connect
  /// Core 10.1.1).
  void verify(signed_text text, const fetch_function& fetch, std::function<void(expected<signed_text>)> done) {
    if (auto keys = keys_.load(); keys && keys->verifies(text)) return done(std::move(text));
    refresh(fetch, [text = std::move(text), done = std::move(done)](expected<key_set_ptr> keys) mutable {
      if (!keys) return done(tl::unexpected(std::move(keys.error())));
      if (!(*keys)->verifies(text)) return done(fail("failed to verify id token signature"));
      done(std::move(text));
    });
  }

private:
  const std::string url_, authorities_;
  std::atomic<key_set_ptr> keys_;
};

/// Prefixes an error.
template <class T>
expected<T> in_context(const std::string& doing, expected<T> result) {
  if (!result) result.error() = with_context(doing, std::move(result.error()));
  return result;
}

/// Goes on with the payload of a verified token.
template <class Check>
void conclude(const jwt_settings& s, const signed_text& text, const std::string& unread, Check check,
              const validator::verified& done) {
  auto payload = parse_payload(text.payload);
  if (!payload) return done(fail(unread + payload.error().text));
  if (auto valid = check(payload->claims); !valid) return done(tl::unexpected(std::move(valid.error())));
  done(identity_of_claims(s, payload->all));
}

constexpr auto no_claims = "failed to unmarshal claims: ";

/// Tokens signed by keys of the settings.
class static_validator final : public validator {
public:
  static_validator(jwt_settings s, std::vector<public_key> keys) : settings_(std::move(s)), keys_(std::move(keys)) {}

  void verify(std::string bearer, nanoseconds now, const fetch_function&, verified done) override {
    if (bearer.empty()) return done(fail("missing jwt"));
    auto text = in_context("error parsing token", parse_signed_text(bearer));
    if (!text) return done(tl::unexpected(std::move(text.error())));
    bool known = std::any_of(keys_.begin(), keys_.end(), [&](const public_key& key) { return key.verifies(*text); });
    // A payload that cannot be read counts as one that no key has signed.
    if (!known || !parse_payload(text->payload))
      return done(fail("no known key successfully validated the token signature"));
    conclude(
        settings_, *text, no_claims, [&](const token_claims& c) { return check_claims(settings_, c, now); }, done);
  }

private:
  const jwt_settings settings_;
  const std::vector<public_key> keys_;
};

/// Tokens signed by keys of a key set.
class key_set_validator final : public validator, public std::enable_shared_from_this<key_set_validator> {
public:
  explicit key_set_validator(jwt_settings s)
      : settings_(std::move(s)), keys_(std::make_shared<remote_keys>(settings_.key_set_url, settings_.key_set_ca)) {}

  void check(const fetch_function& fetch, made done) {
    keys_->refresh(fetch, [self = shared_from_this(), done = std::move(done)](expected<key_set_ptr> keys) {
      if (!keys) return done(tl::unexpected(with_context("error checking JWKSURL", std::move(keys.error()))));
      done(validator_ptr(self));
    });
  }

  void verify(std::string bearer, nanoseconds now, const fetch_function& fetch, verified done) override {
    if (bearer.empty()) return done(fail("missing jwt"));
    const std::string doing = "error verifying token";
    auto text = in_context(doing, in_context("oidc: malformed jwt", parse_signed_text(bearer)));
    if (!text) return done(tl::unexpected(std::move(text.error())));
    keys_->verify(std::move(*text), fetch,
                  [self = shared_from_this(), doing, now, done = std::move(done)](expected<signed_text> text) {
                    if (!text) return done(tl::unexpected(with_context(doing, std::move(text.error()))));
                    conclude(
                        self->settings_, *text, no_claims,
                        [&](const token_claims& c) { return check_claims(self->settings_, c, now); }, done);
                  });
  }

private:
  const jwt_settings settings_;
  const std::shared_ptr<remote_keys> keys_;
};

/// What an issuer publishes of itself (OpenID Connect Discovery 3).
struct issuer_metadata {
  static constexpr std::string_view type_name = "providerJSON";
  std::string issuer, key_set_url;
  string_list algorithms;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"issuer"}, x.issuer);
    f(field{"jwks_uri"}, x.key_set_url);
    f(field{"id_token_signing_alg_values_supported"}, x.algorithms);
  }
};

expected<issuer_metadata> metadata_of(const outbound_reply& reply, const std::string& issuer) {
  if (!reply.failure.empty()) return fail(reply.failure);
  if (reply.code != ok) return fail(reply.status + ": " + std::string(shown(reply.body)));
  auto read = json::read<issuer_metadata>(reply.body, {.whole_text = true});
  if (!read) return fail("oidc: failed to decode provider discovery object: " + unreadable(reply, read.error()));
  if (read->issuer != issuer)
    return fail("oidc: issuer did not match the issuer returned by provider, expected " + praetor::quoted(issuer) +
                " got " + praetor::quoted(read->issuer));
  return read;
}

/// The algorithms in Go's %q of a list.
std::string quoted_list(const string_list& list) {
  std::string out = "[";
  for (const auto& one : list) out += (out.size() > 1 ? " " : "") + praetor::quoted(one);
  return out + "]";
}

/// Tokens of an issuer that is found by discovery.
class discovery_validator final : public validator, public std::enable_shared_from_this<discovery_validator> {
public:
  discovery_validator(jwt_settings s, issuer_metadata metadata)
      : settings_(std::move(s)),
        keys_(std::make_shared<remote_keys>(std::move(metadata.key_set_url), settings_.discovery_ca)) {
    algorithms_ = settings_.supported_algorithms;
    if (algorithms_.empty()) algorithms_ = std::move(metadata.algorithms);
    if (algorithms_.empty()) algorithms_ = {"RS256"};
  }

  void verify(std::string bearer, nanoseconds now, const fetch_function& fetch, verified done) override {
    if (bearer.empty()) return done(fail("missing jwt"));
    const std::string doing = "error validating signature";
    auto text = in_context(doing, acceptable(bearer, now));
    if (!text) return done(tl::unexpected(std::move(text.error())));
    keys_->verify(std::move(*text), fetch,
                  [self = shared_from_this(), doing, done = std::move(done)](expected<signed_text> text) {
                    if (!text)
                      return done(tl::unexpected(
                          with_context(doing, with_context("failed to verify signature", std::move(text.error())))));
                    conclude(
                        self->settings_, *text, "unable to successfully parse all claims from token: ",
                        [&](const token_claims& c) { return check_audience(self->settings_, c, false); }, done);
                  });
  }

private:
  /// What can be told without the keys: claims and algorithm. Keys are fetched for acceptable tokens only.
  expected<signed_text> acceptable(const std::string& bearer, nanoseconds now) const {
    auto text = in_context("oidc: malformed jwt", parse_signed_text(bearer));
    if (!text) return text;
    auto payload = in_context("oidc: failed to unmarshal claims", parse_payload(text->payload));
    if (!payload) return tl::unexpected(std::move(payload.error()));
    if (auto valid = check_discovered_claims(settings_.discovery_url, payload->claims, now); !valid)
      return tl::unexpected(std::move(valid.error()));
    if (std::find(algorithms_.begin(), algorithms_.end(), text->algorithm) == algorithms_.end())
      return fail("oidc: id token signed with unsupported algorithm, expected " + quoted_list(algorithms_) + " got " +
                  praetor::quoted(text->algorithm));
    return text;
  }

  const jwt_settings settings_;
  const std::shared_ptr<remote_keys> keys_;
  string_list algorithms_;
};

} // namespace

void make_jwt_validator(jwt_settings s, const fetch_function& fetch, validator::made done) {
  if (!s.public_keys.empty()) {
    auto keys = parse_public_keys(s);
    if (!keys) return done(tl::unexpected(std::move(keys.error())));
    return done(validator_ptr(std::make_shared<static_validator>(std::move(s), std::move(*keys))));
  }
  if (!s.key_set_url.empty()) {
    auto made = std::make_shared<key_set_validator>(std::move(s));
    return made->check(fetch, std::move(done));
  }
  auto base = s.discovery_url;
  if (base.ends_with('/')) base.pop_back();
  outbound_request request{.url = base + "/.well-known/openid-configuration", .authorities = s.discovery_ca};
  fetch(std::move(request), [s = std::move(s), done = std::move(done)](const outbound_reply& reply) {
    auto metadata = metadata_of(reply, s.discovery_url);
    if (!metadata)
      return done(tl::unexpected(with_context("error checking OIDCDiscoveryURL", std::move(metadata.error()))));
    done(validator_ptr(std::make_shared<discovery_validator>(s, std::move(*metadata))));
  });
}

} // namespace praetor::acl::auth
