#pragma once

#include "protocol/hil/hil.hpp"
#include "protocol/types/prepared_query.hpp"

#include <memory>
#include <string_view>

namespace praetor::filter {
class regexp;
}

namespace praetor {

inline constexpr std::string_view name_prefix_match = "name_prefix_match"; ///< the only type of templates

/// A prepared query whose texts depend on the name that it is executed by. Immutable.
class query_template {
public:
  /// Compiles a query with `is_template()`. It is rendered for its own name once, so that most faults show here.
  /// @returns `Bad Template.Type 'x'`, `Bad format '${' in Service.Service: ...`, `Bad Regexp: ...`, `Bad evaluation
  ///   for '${x}' in Service.Service: ...`
  static expected<std::shared_ptr<const query_template>> compile(const prepared_query& query);
  ~query_template();

  /// The query for a name that begins with the template's.
  /// @param segment of the agent that asks
  expected<prepared_query> render(std::string_view name, std::string_view segment) const;

private:
  query_template();

  prepared_query query_;
  std::vector<hil::text> texts_; ///< in the order in which the selection's fields are visited
  std::unique_ptr<const filter::regexp> regexp_;
};

} // namespace praetor
