#include "frontends/endpoints/acl_calls.hpp"

namespace praetor::endpoints {

namespace {

std::optional<answer> no_acls(const call& c) {
  if (c.env.config()->acl.enabled) return {};
  return text_answer(401, "ACL support disabled");
}

std::optional<answer> denied(const call& c, acl::access how) {
  if (auto no = no_acls(c)) return no;
  acl::permission wanted{acl::resource::acl, how, {}};
  if (c.who->allowed(wanted)) return {};
  return text_answer(403, c.who->denial(wanted));
}

bool lacks(const call& c, acl::access how) {
  auto no = denied(c, how);
  if (no) respond(c, std::move(*no));
  return no.has_value();
}

} // namespace

bool acls_off(const call& c) {
  auto no = no_acls(c);
  if (no) respond(c, std::move(*no));
  return no.has_value();
}

std::optional<answer> refused_acl_write(const call& c) {
  if (!c.is("PUT")) return {};
  return denied(c, acl::access::write);
}

bool may_not_read_acls(const call& c) { return lacks(c, acl::access::read); }
bool may_not_write_acls(const call& c) { return lacks(c, acl::access::write); }

bool kept_elsewhere(const call& c) {
  if (other_datacenter(c)) return true;
  auto config = c.env.config();
  if (config->primary_datacenter.empty() || config->primary_datacenter == config->datacenter) return false;
  respond_error(c,
                "access control records are kept by datacenter " + config->primary_datacenter +
                    "; this release of Praetor does not replicate them",
                501);
  return true;
}

query_outcome missing(std::uint64_t index, unsigned status, std::string text) {
  query_outcome out;
  out.index = index;
  out.not_found = true;
  out.answer.bare = true;
  out.answer.status = status;
  out.answer.content_type = text_type;
  out.answer.body = std::make_shared<const std::string>(std::move(text));
  return out;
}

expected<void> check_id(std::string_view id, const std::string& record) {
  auto bad = [&](const std::string& why) { return fail("failed acl " + record + " lookup: index error: " + why); };
  if (id.size() != 36) return bad("UUID must be 36 characters");
  if (!is_uuid(id)) return bad("invalid UUID " + praetor::quoted(id));
  return {};
}

void apply_acl(const call& c, expected<log_command> command, std::string failure,
               std::function<void(const call&)> done) {
  c.env.handles()->writes.propose(
      std::move(command), [c, failure = std::move(failure), done = std::move(done)](const state::apply_result& result) {
        if (!result.ok()) return respond_error(c, failure + result.error, static_cast<unsigned>(result.status));
        done(c);
      });
}

} // namespace praetor::endpoints
