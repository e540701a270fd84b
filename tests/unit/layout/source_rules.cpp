#include "source_rules.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string_view>

namespace praetor::layout {

namespace fs = std::filesystem;

namespace {

/// A file may include from its own layer and from earlier ones in this list. A folder inside another is listed before
/// it: frontends/api has no sockets, and the simulator uses it.
constexpr std::array<std::string_view, 6> layers{"protocol", "storage", "actors", "frontends/api", "sim", "frontends"};

/// Sockets, processes, the command line. The simulator replaces them.
constexpr std::array<std::string_view, 8> outside{"frontends/http",    "frontends/dns",       "frontends/cli",
                                                  "frontends/process", "frontends/grpc",      "frontends/ui",
                                                  "actors/ports",      "frontends/simulation"};

/// Layers that also run in the simulator, except the folders of `outside`.
constexpr std::array<std::string_view, 5> simulated{"sim", "protocol", "storage", "actors", "frontends/api"};

struct source {
  std::string path; ///< relative to the root
  std::vector<std::string> lines;
};

bool within(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

template <class Folders>
bool within_any(std::string_view path, const Folders& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view f) { return within(path, f); });
}

/// @returns the layer's index in `layers`, or its size if there is none
std::size_t layer_of(std::string_view path) {
  auto found = std::find_if(layers.begin(), layers.end(), [&](std::string_view l) { return within(path, l); });
  return static_cast<std::size_t>(found - layers.begin());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The sources of a folder, sorted; empty if the folder does not exist.
std::vector<source> sources_in(const fs::path& root, std::string_view folder, bool as_written) {
  std::vector<source> out;
  if (!fs::exists(root / folder)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    auto text = read(entry.path());
    out.push_back({fs::relative(entry.path(), root).generic_string(),
                   lines_of(as_written ? text : without_comments_and_literals(text))});
  }
  std::sort(out.begin(), out.end(), [](const source& a, const source& b) { return a.path < b.path; });
  return out;
}

/// Lines of `folders`, except `excepted`, that match one of `patterns`.
template <class Folders>
std::vector<finding> matches(const fs::path& root, const Folders& folders, std::string_view excepted,
                             const std::regex& pattern, const std::string& reason, bool as_written = false) {
  std::vector<finding> out;
  for (std::string_view folder : folders) {
    for (const auto& file : sources_in(root, folder, as_written)) {
      if (!excepted.empty() && within(file.path, excepted)) continue;
      for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch found;
        if (std::regex_search(file.lines[i], found, pattern))
          out.push_back({file.path, i + 1, found.str() + " " + reason});
      }
    }
  }
  return out;
}

/// @returns why `from` may not include `target`, or nothing
std::string objection(const fs::path& root, const std::string& from, const std::string& target) {
  auto own = layer_of(from);
  auto other = layer_of(target);
  if (!fs::exists(root / target)) return "names no file from the root";
  if (other == layers.size()) return "is in none of the layers";
  if (own < other) return "is in a later layer";
  if (within_any(from, simulated) && !within_any(from, outside) && within_any(target, outside))
    return "brings sockets into what the simulator runs";
  return {};
}

/// The end of the literal or comment that starts at `begin`, or `begin` if none starts there.
std::size_t end_of_unread(const std::string& text, std::size_t begin) {
  auto after = [&](std::string_view mark, std::size_t from) {
    auto at = text.find(mark, from);
    return at == text.npos ? text.size() : at + mark.size();
  };
  std::string_view rest(text.data() + begin, text.size() - begin);
  if (rest.starts_with("//")) return std::min(text.find('\n', begin), text.size());
  if (rest.starts_with("/*")) return after("*/", begin + 2);
  if (rest.starts_with("R\"")) {
    auto open = text.find('(', begin);
    if (open == text.npos) return text.size();
    return after(")" + text.substr(begin + 2, open - begin - 2) + "\"", open);
  }
  bool digit_separator = rest[0] == '\'' && begin > 0 && std::isalnum(static_cast<unsigned char>(text[begin - 1]));
  if ((rest[0] != '"' && rest[0] != '\'') || digit_separator) return begin;
  auto i = begin + 1;
  while (i < text.size() && text[i] != rest[0] && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i + 1, text.size());
}

/// The places that use each deliberate bug.
std::map<std::string, std::vector<finding>> mutation_places(const fs::path& root) {
  static const std::regex place(R"(\bmutated\(mutation::(\w+)\))");
  std::map<std::string, std::vector<finding>> out;
  for (std::string_view folder : {"protocol", "storage", "actors", "frontends", "sim"})
    for (const auto& file : sources_in(root, folder, false))
      for (std::size_t i = 0; i < file.lines.size(); ++i)
        for (auto at = std::sregex_iterator(file.lines[i].begin(), file.lines[i].end(), place);
             at != std::sregex_iterator(); ++at)
          out[(*at)[1]].push_back({file.path, i + 1, (*at)[1]});
  return out;
}

/// The first word of each line of a file, except comments.
std::vector<finding> first_words(const fs::path& root, const std::string& path) {
  std::vector<finding> out;
  auto lines = lines_of(read(root / path));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::istringstream in(lines[i]);
    std::string word;
    if (!lines[i].starts_with("#") && in >> word) out.push_back({path, i + 1, word});
  }
  return out;
}

} // namespace

std::string describe(const std::vector<finding>& findings) {
  std::string out;
  for (const auto& f : findings) out += f.file + ":" + std::to_string(f.line) + ": " + f.what + "\n";
  return out;
}

std::string without_comments_and_literals(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = end_of_unread(text, i);
    if (end == i) {
      out += text[i++];
      continue;
    }
    out += ' ';
    for (; i < end; ++i)
      if (text[i] == '\n') out += '\n';
  }
  return out;
}

std::vector<finding> wrong_includes(const fs::path& root) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)")re");
  std::vector<finding> out;
  for (std::string_view folder : {"protocol", "storage", "actors", "frontends", "sim"}) {
    for (const auto& file : sources_in(root, folder, true)) {
      for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch found;
        if (!std::regex_search(file.lines[i], found, include)) continue;
        auto why = objection(root, file.path, found[1]);
        if (!why.empty()) out.push_back({file.path, i + 1, "\"" + found[1].str() + "\" " + why});
      }
    }
  }
  return out;
}

std::vector<finding> hidden_inputs(const fs::path& root) {
  // The project may have a function time(): only the library's own forms count.
  static const std::regex words(
      R"(std::(jthread|thread|async)\b|\b(sleep_for|sleep_until|usleep|nanosleep|random_device)\b|\b\w+_clock::now\b|)"
      R"(\b(gettimeofday|clock_gettime|RAND_bytes)\(|\b(srand|rand)\(|std::time\(|\btime\((nullptr|NULL|0|&\w+)\))");
  constexpr std::array<std::string_view, 3> folders{"protocol", "storage/state", "actors"};
  return matches(root, folders, "actors/ports", words, "belongs into actors/ports");
}

std::vector<finding> input_output_in_protocol(const fs::path& root) {
  static const std::regex headers(
      R"(#\s*include\s*<(thread|mutex|condition_variable|future|fstream|iostream|filesystem|unistd\.h|fcntl\.h|poll\.h|)"
      R"(sys/[^>]*|netdb\.h|boost/asio[^>]*|boost/beast[^>]*|rocksdb/[^>]*|)"
      R"(openssl/(?!(evp|pem|x509|x509v3|err)\.h)[^>]*|spdlog/[^>]*)>)");
  constexpr std::array<std::string_view, 1> folders{"protocol"};
  return matches(root, folders, {}, headers, "does not belong into protocol/", true);
}

std::vector<finding> heavy_headers(const fs::path& root) {
  static const std::regex include(R"(#\s*include\s*<nlohmann/json\.hpp>)");
  constexpr std::array<std::string_view, 5> folders{"protocol", "storage", "actors", "frontends", "sim"};
  auto out = matches(root, folders, "frontends/cli", include, "does not belong into a header", true);
  std::erase_if(out, [](const finding& f) { return !f.file.ends_with(".hpp"); });
  return out;
}

std::vector<finding> untyped_actors(const fs::path& root) {
  static const std::regex words(R"(\bcaf::(actor|event_based_actor|blocking_actor|scoped_actor|stateful_actor)\b)");
  constexpr std::array<std::string_view, 2> folders{"protocol", "actors"};
  return matches(root, folders, "actors/ports", words, "is untyped or blocks");
}

std::vector<finding> decisions_by_text(const fs::path& root) {
  const std::string search = R"((starts_with|ends_with|contains|r?find|compare)\()";
  const std::string decides = R"((\.|->)(text|error)\s*(\.\s*)" + search + R"(|[=!]=))";
  static const std::regex words(R"(((error|failure|failed|refusal|refused)\w*(\(\))?|\b(why|reason)))" + decides +
                                R"(|(error|failure|refusal)\w*\.)" + search +
                                R"(|\berror\(\)\s*[=!]=\s*((praetor::)?error\s*\{|\w+\(\)))");
  constexpr std::array<std::string_view, 5> folders{"protocol", "storage", "actors", "frontends", "sim"};
  return matches(root, folders, {}, words, "decides by text: error::code is for that");
}

/// Rows of the list that name a unit test program whose folder does not exist.
std::vector<finding> missing_programs(const fs::path& root, const std::string& list) {
  static const std::regex program(R"(\btest_(\w+))");
  std::vector<finding> out;
  auto lines = lines_of(read(root / list));
  for (std::size_t i = 0; i < lines.size(); ++i)
    for (std::sregex_iterator it(lines[i].begin(), lines[i].end(), program), end; it != end; ++it)
      if (!lines[i].starts_with('#') && !fs::is_directory(root / "tests/unit" / (*it)[1].str()))
        out.push_back({list, i + 1, it->str() + " is no folder of tests/unit"});
  return out;
}

std::vector<finding> unproven_mutations(const fs::path& root, std::span<const std::string_view> names) {
  const std::string header = "protocol/mutation.hpp", list = "tests/sim/mutations/list.txt";
  auto places = mutation_places(root);
  std::map<std::string, std::vector<finding>> rows;
  auto out = missing_programs(root, list);
  for (auto& row : first_words(root, list)) {
    if (std::find(names.begin(), names.end(), row.what) == names.end())
      out.push_back({row.file, row.line, row.what + " is not in " + header});
    rows[row.what].push_back(std::move(row));
  }
  auto expect_one = [&](const std::string& name, const std::string& where, auto& found) {
    if (found.empty()) out.push_back({header, 0, name + " stands nowhere in " + where});
    for (std::size_t i = 1; i < found.size(); ++i)
      out.push_back({found[i].file, found[i].line, name + " stands a second time in " + where});
  };
  for (std::string_view name : names) {
    expect_one(std::string(name), "the sources", places[std::string(name)]);
    expect_one(std::string(name), list, rows[std::string(name)]);
  }
  return out;
}

} // namespace praetor::layout
