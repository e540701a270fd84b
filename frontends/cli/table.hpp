#pragma once

#include <string>
#include <vector>

namespace praetor::cli {

using table_rows = std::vector<std::vector<std::string>>;

/// Pads columns to their widest cell and joins them with two blanks; the last column is not padded. Lines end with a
/// line feed, except the last one.
std::string columnize(const table_rows& rows);

/// Formats like Go's tabwriter with tab-terminated cells: every cell except a row's last is padded to the widest of its
/// run of lines in the column plus `padding`. Each line ends with a line feed.
std::string tabwriter(const table_rows& rows, std::size_t padding);

/// The width of UTF-8 text in characters.
std::size_t text_width(const std::string& text);

} // namespace praetor::cli
