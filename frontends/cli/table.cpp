#include "frontends/cli/table.hpp"

#include <algorithm>

namespace praetor::cli {

std::size_t text_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string columnize(const table_rows& rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    if (row.size() > widths.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], text_width(row[i]));
  }
  std::string result;
  for (auto& row : rows) {
    if (!result.empty()) result += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) {
      result += row[i];
      if (i + 1 < row.size()) result += std::string(widths[i] - text_width(row[i]) + 2, ' ');
    }
  }
  return result;
}

std::string tabwriter(const table_rows& rows, std::size_t padding) {
  std::string result;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      result += rows[r][c];
      if (c + 1 == rows[r].size()) break;
      // A column is a run of adjacent lines that all have a tab-terminated cell there.
      std::size_t widest = 0;
      auto ended = [&](std::size_t line) { return rows[line].size() > c + 1; };
      for (auto up = r; ended(up); --up) {
        widest = std::max(widest, text_width(rows[up][c]));
        if (up == 0) break;
      }
      for (auto down = r; down < rows.size() && ended(down); ++down)
        widest = std::max(widest, text_width(rows[down][c]));
      result += std::string(widest + padding - text_width(rows[r][c]), ' ');
    }
    result += '\n';
  }
  return result;
}

} // namespace praetor::cli
