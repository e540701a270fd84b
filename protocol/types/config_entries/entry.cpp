#include "protocol/types/config_entries/entry.hpp"

#include "protocol/base/quoted.hpp"

#include <algorithm>

namespace praetor::config_entries {

std::string fault_list::text() const {
  auto out =
      faults_.size() == 1 ? std::string("1 error occurred:\n") : std::to_string(faults_.size()) + " errors occurred:\n";
  for (const auto& fault : faults_) out += "\t* " + fault + "\n";
  return out + "\n";
}

expected<void> fault_list::result() const {
  if (empty()) return {};
  return fail(text());
}

fault_list check_meta(const string_map& meta) {
  constexpr std::size_t most_pairs = 64, longest_key = 128, longest_value = 512;
  fault_list out;
  if (meta.size() > most_pairs) out.add("Meta exceeds maximum element count " + std::to_string(most_pairs));
  for (const auto& [key, value] : meta) {
    if (key.size() > longest_key)
      out.add("Meta key " + praetor::quoted(key) + " exceeds maximum length " + std::to_string(longest_key));
    if (value.size() > longest_value)
      out.add("Meta value for key " + praetor::quoted(key) + " exceeds maximum length " +
              std::to_string(longest_value));
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

bool is_http_method(std::string_view method) {
  for (std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"})
    if (method == known) return true;
  return false;
}

bool is_http_like(std::string_view protocol) { return protocol == "http" || protocol == "http2" || protocol == "grpc"; }

bool is_domain_name(std::string_view name) {
  constexpr std::size_t longest_label = 63, longest_wire = 255;
  if (name.empty()) return false;
  std::size_t label = 0, wire = 1; // the root's byte
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '.') {
      if (name.size() == 1) return true;
      if (label == 0) return false;
      wire += label + 1;
      label = 0;
      continue;
    }
    if (name[i] == '\\') {
      if (i + 1 >= name.size()) return false;
      auto digit = [&](std::size_t at) { return at < name.size() && name[at] >= '0' && name[at] <= '9'; };
      i += digit(i + 1) && digit(i + 2) && digit(i + 3) ? 3 : 1;
    }
    if (++label > longest_label) return false;
  }
  if (label > 0) wire += label + 1;
  return wire <= longest_wire;
}

} // namespace praetor::config_entries
