#include "protocol/acl/auth/aws_validator.hpp"

#include "protocol/acl/auth/aws_reply.hpp"
#include "protocol/acl/auth/aws_token.hpp"

#include <algorithm>

namespace praetor::acl::auth {

namespace {

constexpr nanoseconds first_pause = std::chrono::milliseconds(500), longest_pause = std::chrono::seconds(30);
/// Bounds how long a login may take, whatever a method's MaxRetries says.
constexpr std::int64_t most_retries = 5;

bool may_recover(const outbound_reply& reply) {
  constexpr unsigned too_many = 429, first_server_error = 500, not_implemented = 501;
  return !reply.failure.empty() || reply.code == too_many ||
         (reply.code >= first_server_error && reply.code != not_implemented);
}

/// The XML of an answer.
expected<std::string> body_of(outbound_reply reply) {
  constexpr unsigned ok = 200;
  if (reply.content_type != "text/xml") return fail("response body is invalid");
  if (reply.code != ok) return fail("received error code " + std::to_string(reply.code) + ": " + reply.body);
  return std::move(reply.body);
}

using body_function = std::function<void(expected<std::string>)>;

/// Sends a request, again if it may recover.
void submit(const fetch_function& fetch, const outbound_request& request, std::int64_t retries, std::int64_t attempt,
            body_function done) {
  fetch(request, [fetch, request, retries, attempt, done = std::move(done)](outbound_reply reply) {
    if (!may_recover(reply)) return done(body_of(std::move(reply)));
    if (attempt > retries)
      return done(fail("error making request: " + request.method + " " + request.url + " giving up after " +
                       std::to_string(attempt) + " attempt(s)" + (reply.failure.empty() ? "" : ": ") + reply.failure));
    auto again = request;
    again.delay = std::min(first_pause * (std::int64_t{1} << (attempt - 1)), longest_pause);
    submit(fetch, again, retries, attempt + 1, done);
  });
}

class aws_validator final : public validator, public std::enable_shared_from_this<aws_validator> {
public:
  explicit aws_validator(aws_settings s)
      : settings_(std::move(s)), retries_(std::clamp(settings_.max_retries, std::int64_t{0}, most_retries)) {}

  void verify(std::string bearer, nanoseconds, const fetch_function& fetch, verified done) override {
    auto token = parse_aws_token(settings_, bearer);
    if (!token) return done(tl::unexpected(std::move(token.error())));
    submit(fetch, token->caller_identity, retries_, 1,
           [self = shared_from_this(), fetch, inner = std::move(token->entity),
            done = std::move(done)](expected<std::string> body) {
             if (!body) return done(tl::unexpected(std::move(body.error())));
             auto who = caller_of(*body);
             if (!who) return done(tl::unexpected(std::move(who.error())));
             self->conclude(*who, inner, fetch, done);
           });
  }

private:
  void conclude(const aws_caller& who, const std::optional<aws_token::entity_request>& inner,
                const fetch_function& fetch, const verified& done) const {
    auto name = parse_principal(who.arn);
    if (!name) return done(tl::unexpected(std::move(name.error())));
    // The id of an assumed role is followed by the session.
    aws_fields fields;
    fields.entity_name = name->name;
    fields.entity_id = who.user_id.substr(0, who.user_id.find(':'));
    fields.account_id = who.account;
    if (!inner) return done(trusted(name->canonical_arn, std::move(fields)));
    submit(fetch, inner->request, retries_, 1,
           [self = shared_from_this(), fields = std::move(fields), action = inner->action,
            done](expected<std::string> body) mutable {
             if (!body) return done(tl::unexpected(std::move(body.error())));
             auto details = entity_of(*body, action);
             if (!details) return done(tl::unexpected(std::move(details.error())));
             // Only the first answer proves who the caller is: the details must be of the same user or role.
             if (details->id != fields.entity_id) return done(fail("unique id mismatch in login token"));
             fields.entity_path = details->path;
             for (const auto& tag : self->settings_.entity_tags) {
               auto found = details->tags.find(tag);
               fields.entity_tags[tag] = found == details->tags.end() ? std::string() : found->second;
             }
             done(self->trusted(details->arn, std::move(fields)));
           });
  }

  expected<identity> trusted(const std::string& arn, aws_fields fields) const {
    bool bound =
        std::any_of(settings_.bound_principals.begin(), settings_.bound_principals.end(), [&](const std::string& one) {
          bool wildcard = settings_.entity_details && one.ends_with('*');
          return one == arn || (wildcard && arn.starts_with(one.substr(0, one.size() - 1)));
        });
    if (!bound) return fail("IAM principal " + arn + " is not trusted");
    identity out{
        {}, {{"entity_name", fields.entity_name}, {"entity_id", fields.entity_id}, {"account_id", fields.account_id}}};
    if (settings_.entity_details) out.variables["entity_path"] = fields.entity_path;
    for (const auto& [tag, value] : fields.entity_tags) out.variables["entity_tags." + tag] = value;
    out.selectable = std::move(fields);
    return out;
  }

  const aws_settings settings_;
  const std::int64_t retries_;
};

} // namespace

validator_ptr make_aws_validator(aws_settings settings) { return std::make_shared<aws_validator>(std::move(settings)); }

} // namespace praetor::acl::auth
