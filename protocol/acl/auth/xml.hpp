#pragma once

#include "protocol/types/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace praetor::acl::auth {

/// An element of an XML document, without attributes. Names have no namespace prefix.
struct xml_element {
  std::string name, text;
  std::vector<xml_element> children;

  /// The first child of that name, or null.
  const xml_element* find(std::string_view child) const;
  /// Its text; empty if there is none.
  std::string text_of(std::string_view child) const;
};

/// Parses a document as far as answers of AWS need it: elements, texts, character references, CDATA. Document types are
/// rejected.
expected<xml_element> parse_xml(std::string_view document);

} // namespace praetor::acl::auth
