#pragma once

#include <memory>
#include <string>

namespace re2 {
class RE2;
}

namespace praetor::cli {

/// A regular expression in the syntax that users know from the server side. Matches anywhere in the text.
class regexp {
public:
  explicit regexp(const std::string& pattern);
  ~regexp();
  /// Empty if the pattern is good; else Go's error text.
  const std::string& error() const { return error_; }
  bool matches(const std::string& text) const;

private:
  std::unique_ptr<re2::RE2> compiled_;
  std::string error_;
};

} // namespace praetor::cli
