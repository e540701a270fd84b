#include "frontends/simulation/command_line.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <sstream>

namespace praetor::simulation {

namespace {

constexpr std::uint64_t most_seeds = 100'000'000;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t out = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// The edit distance of two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string unknown_scenario(const std::string& name) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& s : sim::scenarios()) {
    auto far = distance(name, s.name);
    bool part = name.size() >= 3 && s.name.find(name) != s.name.npos;
    if (part || far <= std::max<std::size_t>(2, name.size() / 3)) near.emplace_back(part ? 0 : far, s.name);
  }
  std::stable_sort(near.begin(), near.end(), [](auto& a, auto& b) { return a.first < b.first; });
  std::string out = "there is no scenario " + name;
  for (std::size_t i = 0; i < near.size() && i < 3; ++i)
    out.append(i == 0                                           ? "; did you mean "
               : i + 1 == std::min<std::size_t>(near.size(), 3) ? " or "
                                                                : ", ")
        .append(near[i].second);
  return out.append(near.empty() ? "; `sim list` names them all" : "?");
}

} // namespace

expected<seed_range> read_seeds(const std::string& text) {
  auto dots = text.find("..");
  auto first = read_number(std::string_view(text).substr(0, dots));
  auto last = dots == text.npos ? first : read_number(std::string_view(text).substr(dots + 2));
  if (!first || !last)
    return fail("\"" + text + "\" is no range of seeds; it has to be one number, or two with .. between: 1..100");
  if (*last < *first) return fail("the seeds " + text + " end before they begin; the smaller number comes first");
  if (*last - *first >= most_seeds) return fail("the seeds " + text + " are too many; at most 100000000 at a time");
  return seed_range{*first, *last};
}

expected<std::vector<const sim::scenario*>> parse(cli::flag_set& flags, command_line& line,
                                                  const std::vector<std::string>& args, scenario_argument takes) {
  std::vector<std::string> words;
  for (auto rest = args; !rest.empty();) {
    std::ostringstream usage; // human-readable: -help prints the same
    if (auto wrong = flags.parse(rest, usage)) return fail(*wrong + "; -help says what there is");
    rest = flags.arguments();
    if (rest.empty()) break;
    words.push_back(rest.front());
    rest.erase(rest.begin());
  }
  bool takes_one = takes != scenario_argument::none;
  if (words.size() > (takes_one ? 1U : 0U))
    return fail("\"" + words.back() + "\" is one word too many; " +
                (takes_one ? "it takes one scenario and flags" : "it takes flags only"));
  std::vector<const sim::scenario*> out;
  if (!takes_one) return out;
  if (words.empty()) return fail("it needs the name of a scenario; `sim list` names them all");
  line.scenario = words.front();
  if (takes == scenario_argument::one_or_all && line.scenario == "all") {
    for (const auto& s : sim::scenarios()) out.push_back(&s);
    return out;
  }
  const auto* found = sim::find_scenario(line.scenario);
  if (found == nullptr) return fail(unknown_scenario(line.scenario));
  out.push_back(found);
  return out;
}

int refuse(cli::streams io, std::string_view command, const error& why) {
  io.err << command << ": " << why.text << "\n";
  return bad_input;
}

} // namespace praetor::simulation
