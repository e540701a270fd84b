#include "protocol/acl/auth/aws_reply.hpp"

#include "protocol/acl/auth/xml.hpp"

#include <algorithm>
#include <vector>

namespace praetor::acl::auth {

namespace {

/// The only result of an answer.
expected<xml_element> result_of(const std::string& body, const std::string& root, const std::string& result,
                                const std::string& service) {
  auto document = parse_xml(body);
  if (!document) return document;
  if (document->name != root) return fail("expected element type <" + root + "> but have <" + document->name + ">");
  auto is_result = [&](const xml_element& one) { return one.name == result; };
  auto& children = document->children;
  auto count = std::count_if(children.begin(), children.end(), is_result);
  if (count != 1)
    return fail("received " + std::to_string(count) + " identities in " + service + " response but expected 1");
  return std::move(*std::find_if(children.begin(), children.end(), is_result));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (auto at = text.find(separator); at != text.npos; at = text.find(separator)) {
    out.emplace_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  out.emplace_back(text);
  return out;
}

} // namespace

expected<aws_caller> caller_of(const std::string& body) {
  auto start = body.find_first_not_of(" \t\r\n");
  auto text = start == body.npos ? std::string_view() : std::string_view(body).substr(start);
  if (!text.starts_with("<GetCallerIdentityResponse") && !text.starts_with("<?xml"))
    return fail("error parsing STS response");
  auto result = result_of(body, "GetCallerIdentityResponse", "GetCallerIdentityResult", "STS");
  if (!result) return fail(parse_xml(body) ? result.error().text : "error parsing STS response");
  return aws_caller{result->text_of("Arn"), result->text_of("UserId"), result->text_of("Account")};
}

expected<aws_principal> parse_principal(const std::string& arn) {
  auto unrecognized = [](const std::string& why) { return fail("unrecognized arn: " + why); };
  auto parts = split(arn, ':'); // arn:partition:service:region:account:resource
  constexpr std::size_t wanted = 6;
  if (parts.size() != wanted)
    return unrecognized("contains " + std::to_string(parts.size()) + " colon-separated parts, expected 6");
  if (parts[0] != "arn") return unrecognized("does not begin with \"arn:\"");
  if (parts[1].empty()) return unrecognized(praetor::quoted(arn) + " is missing the partition");
  if (parts[2] != "iam" && parts[2] != "sts")
    return fail("unrecognized service: " + parts[2] + ", not one of iam or sts");
  if (parts[4].empty()) return unrecognized(praetor::quoted(arn) + " is missing the account number");
  auto path = split(parts[5], '/');
  if (path.size() < 2) return unrecognized(praetor::quoted(parts[5]) + " contains fewer than 2 slash-separated parts");
  auto type = path[0];
  auto name = path.back();
  if (type == "assumed-role") { // with a session
    constexpr std::size_t least = 3;
    if (path.size() < least)
      return unrecognized(praetor::quoted(parts[5]) + " contains fewer than 3 slash-separated parts");
    type = "role";
    name = path[1];
  } else if (type != "user" && type != "role") {
    return fail("unrecognized principal type: " + praetor::quoted(type));
  }
  if (name.empty()) return unrecognized(praetor::quoted(arn) + " is missing the resource name");
  return aws_principal{type == "user", name, "arn:" + parts[1] + ":iam::" + parts[4] + ":" + type + "/" + name};
}

expected<aws_entity> entity_of(const std::string& body, const std::string& action) {
  auto kind = action.substr(std::string_view("Get").size()); // Role, User
  auto result = result_of(body, action + "Response", action + "Result", action);
  if (!result) return fail("error parsing IAM response: " + result.error().text);
  auto* record = result->find(kind);
  if (!record) return aws_entity{};
  aws_entity out{record->text_of("Arn"), record->text_of("Path"), record->text_of(kind + "Id"), {}};
  if (auto* tags = record->find("Tags"))
    for (const auto& one : tags->children)
      if (one.name == "member") out.tags[one.text_of("Key")] = one.text_of("Value");
  return out;
}

} // namespace praetor::acl::auth
