#include "frontends/api/acl/acl_calls.hpp"

namespace praetor::api {

rendered_answer missing(unsigned status, std::string text) {
  rendered_answer out;
  out.head = read_head::none;
  out.status = status;
  out.content_type = text_type;
  out.body = std::make_shared<const std::string>(std::move(text));
  return out;
}

std::optional<answer> fault_in_id(const call& c, std::string_view id, const std::string& record, id_index index) {
  auto fault = fault_in_uuid_key(id, index);
  if (!fault) return {};
  return refusal(c, error{"failed acl " + record + " lookup: index error: " + *fault});
}

void apply_acl(const call& c, expected<log_command> command, std::string failure,
               std::function<void(const call&)> done) {
  propose_any(c, std::move(command),
              [failure = std::move(failure), done = std::move(done)](const call& c, const state::apply_result& result) {
                if (!result.ok()) return respond_error(c, failure + result.error, static_cast<unsigned>(result.status));
                done(c);
              });
}

} // namespace praetor::api
