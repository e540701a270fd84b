#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace praetor::filter {

/// A regular expression in the syntax that users know from the server side. Matches anywhere in the text.
class regexp {
public:
  explicit regexp(const std::string& pattern);
  ~regexp();
  /// Empty if the pattern is good; else Go's error text.
  const std::string& error() const { return error_; }
  bool matches(std::string_view text) const;

private:
  std::unique_ptr<re2::RE2> compiled_;
  std::string error_;
};

} // namespace praetor::filter
