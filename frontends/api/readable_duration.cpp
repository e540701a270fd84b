#include "frontends/api/readable_duration.hpp"

namespace praetor::api {

void json_read(praetor::json::reader& in, readable_duration& into) {
  if (in.failed()) return;
  auto kind = in.kind();
  if (kind == praetor::json::value_kind::number) return in.duration(into.value);
  auto raw = in.raw();
  if (kind != praetor::json::value_kind::text)
    return in.fail("strconv.ParseFloat: parsing " + praetor::quoted(raw) + ": invalid syntax");
  auto parsed = duration_from_text(raw.substr(1, raw.size() - 2));
  if (!parsed.value) return in.fail(std::move(parsed.error));
  into.value = *parsed.value;
}

} // namespace praetor::api
