#include "protocol/config/schema.hpp"

#include <list>

#include "protocol/config/keys.hpp"

namespace praetor::config {

namespace {

/// Arranges the rows as a tree: each block with the rows of its keys.
class schema_tree {
public:
  schema_tree() : all_(keys_of("")) {}

  const std::vector<key_spec>& all() const { return all_; }

private:
  std::vector<key_spec> keys_of(std::string_view block) {
    std::vector<key_spec> out;
    for (const auto& section : key_sections)
      for (const auto& row : section.rows) {
        auto dot = row.path.rfind('.');
        auto parent = dot == row.path.npos ? std::string_view() : row.path.substr(0, dot);
        if (parent == block) out.push_back(spec_of(row));
      }
    return out;
  }

  key_spec spec_of(const key_row& row) {
    auto name = row.path.substr(row.path.rfind('.') + 1);
    return {std::string(name),      row.kind,       row.traits,
            std::string(row.alias), fields_of(row), std::string(row.satisfied_by)};
  }

  const std::vector<key_spec>* fields_of(const key_row& row) {
    if (row.path == "check" || row.path == "checks") return &check_schema();
    if (row.path == "service" || row.path == "services") return &service_schema();
    auto inside = keys_of(row.path);
    return inside.empty() ? nullptr : &blocks_.emplace_back(std::move(inside));
  }

  std::list<std::vector<key_spec>> blocks_;
  std::vector<key_spec> all_;
};

} // namespace

const std::vector<key_spec>& schema() {
  static const schema_tree tree;
  return tree.all();
}

} // namespace praetor::config
