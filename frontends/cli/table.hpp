#pragma once

#include <string>
#include <vector>

namespace praetor::cli {

using table_rows = std::vector<std::vector<std::string>>;

/// Columns padded to their widest cell and joined by two blanks; the last one isn't padded. Lines end with a line feed,
/// except for the last.
std::string columnize(const table_rows& rows);

/// As Go's tabwriter with cells that end at a tab: every cell but a row's last is padded to the widest of its run of
/// lines in the column plus `padding`. Each line ends with a line feed.
std::string tabwriter(const table_rows& rows, std::size_t padding);

/// Width in characters of UTF-8 text.
std::size_t text_width(const std::string& text);

} // namespace praetor::cli
