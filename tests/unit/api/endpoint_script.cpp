#include "endpoint_stage.hpp"

namespace praetor::api {

namespace {

/// Compares an answer with a script's expectation.
void compare(const expectation& wanted, const asked& a) {
  INFO(wanted.request << " " << wanted.body << "\n" << a.status << " " << a.body << "\n" << a.lines);
  CHECK(a.status == wanted.status);
  if (wanted.answer.starts_with("..."))
    CHECK(a.has(std::string_view(wanted.answer).substr(3)));
  else
    CHECK(a.body == wanted.answer);
  if (wanted.line.starts_with("!"))
    CHECK(a.lines.find(wanted.line.substr(1)) == std::string::npos);
  else if (!wanted.line.empty())
    CHECK(a.lines.find(wanted.line + "\r\n") != std::string::npos);
}

} // namespace

std::string endpoint_stage::token_with(const std::string& rules) {
  if (rules.empty() || rules == "*") return rules.empty() ? "" : root();
  auto& known = by_rules_[rules];
  if (known.empty()) known = token(rules);
  return known;
}

void endpoint_stage::play(const std::vector<expectation>& script) {
  for (const auto& wanted : script) {
    auto space = wanted.request.find(' ');
    auto req = request_of(wanted.request.substr(0, space), wanted.request.substr(space + 1), token_with(wanted.rules),
                          wanted.body);
    if (auto colon = wanted.headers.find(": "); colon != std::string::npos)
      req.headers.emplace_back(wanted.headers.substr(0, colon), wanted.headers.substr(colon + 2));
    compare(wanted, *handle(std::move(req)));
  }
}

} // namespace praetor::api
