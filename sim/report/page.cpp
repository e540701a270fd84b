#include "sim/report/page.hpp"

#include "sim/report/drawing.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace praetor::sim::report {

namespace {

constexpr std::size_t most_messages = 260, most_rows = 150;
constexpr duration before_moment = std::chrono::milliseconds(1500), after_moment = std::chrono::milliseconds(500);
constexpr double overview_width = 1250, widest_overview = 6000, pixels_a_second = 60, close_up_width = 1250;

constexpr std::string_view style = R"(
:root { color-scheme: light; --ink: #1c2430; --soft: #66717f; --line: #e3e7ec; --red: #c62828; }
body { margin: 24px; font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: #fff; }
h1 { font-size: 20px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 28px 0 6px; }
p { margin: 4px 0; max-width: 75em; } code { background: #f1f3f5; padding: 1px 4px; border-radius: 3px; }
.verdict { padding: 8px 12px; border-left: 4px solid #2e7d32; background: #f1f8f2; margin: 10px 0; }
.verdict.bad { border-color: var(--red); background: #fdf1f1; }
.scroll { overflow-x: auto; border: 1px solid var(--line); }
table { border-collapse: collapse; } td, th { text-align: left; padding: 2px 10px; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: normal; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.meant { background: #fff6d8; }
svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
svg .name { font-weight: 600; font-size: 12px; } svg .client, svg .axis { fill: var(--soft); font-size: 10px; }
svg .grid { stroke: var(--line); } svg .down { fill: #eceff1; } svg .up { fill: #b8c7d9; }
svg .leader { fill: #1565c0; } svg .term { fill: #fff; font-size: 10px; }
svg .fault { fill: #f9a825; fill-opacity: .33; } svg .stem { stroke: #f9a825; stroke-dasharray: 2 3; }
svg .cause { fill: #8a5300; } svg .message { stroke: #7986a6; stroke-width: .8; stroke-opacity: .75; }
svg .lost { stroke: var(--red); stroke-dasharray: 3 2; } svg .tip { fill: #7986a6; }
svg .ok { fill: #43a047; } svg .fail { fill: #9e9e9e; } svg .unknown { fill: #ef6c00; }
svg .finding { stroke: var(--red); stroke-width: 2; } svg .finding-name { fill: var(--red); font-weight: 600; }
.key span { display: inline-block; width: 12px; height: 10px; margin: 0 4px 0 14px; }
)";

std::string key_to_colours() {
  std::string out = "<p class=\"key\">";
  for (auto [colour, meaning] : {std::pair{"#b8c7d9", "runs"},
                                 {"#eceff1", "is down"},
                                 {"#1565c0", "leads"},
                                 {"#fbd899", "fault"},
                                 {"#43a047", "operation ok"},
                                 {"#9e9e9e", "refused"},
                                 {"#ef6c00", "outcome unknown"},
                                 {"#c62828", "what was found"}})
    out.append("<span style=\"background:").append(colour).append("\"></span>").append(meaning);
  return out + "</p>\n";
}

std::string verdict(const run_result& r) {
  if (r.findings.empty() && r.undecided.empty()) return "<div class=\"verdict\">Every checker is content.</div>\n";
  std::string out = "<div class=\"verdict bad\">";
  for (const auto& f : r.findings)
    out += "<p><b>" + escaped(f.checker) + "</b>, at " + three_decimals(f.at) + " s: " + escaped(f.text) + "</p>";
  for (const auto& u : r.undecided) out += "<p><b>undecided</b>: " + escaped(u) + "</p>";
  return out + "</div>\n";
}

std::string stats(const run_result& r) {
  std::string out = "<table><tr>";
  std::string values = "<tr>";
  auto add = [&](const char* name, const std::string& value) {
    out.append("<th>").append(name).append("</th>");
    values.append("<td class=\"n\">").append(value).append("</td>");
  };
  add("simulated", three_decimals(r.simulated) + " s");
  add("requests", std::to_string(r.requests));
  add("unknown outcomes", std::to_string(r.unknown));
  add("log entries", std::to_string(r.entries));
  add("terms", std::to_string(r.terms));
  add("lives of nodes", std::to_string(r.lives));
  add("snapshots installed", std::to_string(r.snapshots_installed));
  add("messages", std::to_string(r.messages));
  add("gossip packets", std::to_string(r.packets));
  return out + "</tr>" + values + "</tr></table>\n";
}

/// The subject of the close-up: the finding, otherwise the first fault, otherwise the first leader.
duration moment(const recording& seen) {
  if (!seen.findings.empty()) return seen.findings.front().at;
  if (!seen.faults.empty()) return seen.faults.front().from;
  return seen.reigns.empty() ? duration{0} : seen.reigns.front().from;
}

/// Whether a finding mentions this key.
bool meant(const recording& seen, const std::string& key) {
  return !key.empty() && std::any_of(seen.findings.begin(), seen.findings.end(), [&](const finding& f) {
    for (auto at = f.text.find(key); at != f.text.npos; at = f.text.find(key, at + 1)) {
      auto after = at + key.size();
      if (after == f.text.size() || !std::isalnum(static_cast<unsigned char>(f.text[after]))) return true;
    }
    return false;
  });
}

std::string operations_table(const recording& seen, const recording::span& around) {
  std::vector<const recording::operation*> rows;
  bool about_a_key =
      std::any_of(seen.operations.begin(), seen.operations.end(), [&](auto& o) { return meant(seen, o.key); });
  for (const auto& o : seen.operations)
    if (about_a_key ? meant(seen, o.key) : o.called <= around.to && o.returned >= around.from) rows.push_back(&o);
  std::stable_sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->called < b->called; });
  auto all = rows.size();
  // The last ones are closest to the finding.
  if (all > most_rows) rows.erase(rows.begin(), rows.end() - most_rows);
  std::string out =
      about_a_key ? "<h2>Operations on what the finding names</h2>\n" : "<h2>Operations of the close-up</h2>\n";
  if (all > most_rows) out += "<p>The last " + std::to_string(most_rows) + " of " + std::to_string(all) + ".</p>\n";
  out += "<table><tr><th>called</th><th>returned</th><th>client</th><th>operation</th><th>key</th><th>value</th>"
         "<th>outcome</th></tr>\n";
  for (const auto* o : rows)
    out += "<tr><td class=\"n\">" + three_decimals(o->called) + "</td><td class=\"n\">" + three_decimals(o->returned) +
           "</td><td>" + escaped(o->process) + "</td><td>" + escaped(o->what) + "</td><td>" + escaped(o->key) +
           "</td><td>" + escaped(o->value.substr(0, 60)) + "</td><td>" + escaped(o->outcome) + "</td></tr>\n";
  return out + "</table>\n";
}

std::string fault_list(const recording& seen) {
  std::string out = "<h2>Faults</h2>\n";
  if (seen.faults.empty()) return out + "<p>None.</p>\n";
  out += "<table><tr><th>from</th><th>to</th><th>fault</th><th>nodes</th><th>amount</th></tr>\n";
  for (const auto& f : seen.faults) {
    std::string nodes;
    for (const auto& n : f.nodes) nodes.append(nodes.empty() ? "" : ", ").append(n);
    out += "<tr><td class=\"n\">" + three_decimals(f.from) + "</td><td class=\"n\">" + three_decimals(f.to) +
           "</td><td>" + escaped(name_of(f.what.kind)) + "</td><td>" + escaped(nodes) + "</td><td class=\"n\">" +
           (f.what.amount != 0 ? three_decimals(duration{std::llround(f.what.amount * 1e9)}) : "") + "</td></tr>\n";
  }
  return out + "</table>\n";
}

} // namespace

std::string page(const recording& seen, const run_result& result, const scenario& what, const std::string& command) {
  auto seconds = std::chrono::duration<double>(result.simulated).count();
  view overview;
  overview.shown = {duration{0}, result.simulated};
  overview.width = std::clamp(seconds * pixels_a_second, overview_width, widest_overview);
  auto at = moment(seen);
  view close_up;
  close_up.shown = {std::max(duration{0}, at - before_moment), std::min(result.simulated, at + after_moment)};
  close_up.width = close_up_width;
  close_up.messages = most_messages;

  auto title = escaped(what.name) + ", seed " + std::to_string(result.seed);
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>" + title +
                    "</title>\n<style>" + std::string(style) + "</style></head>\n<body>\n";
  out += "<h1>" + title + "</h1>\n<p>" + escaped(what.about) + "</p>\n";
  out += "<p>See it again with <code>" + escaped(command) + "</code></p>\n";
  out += verdict(result) + stats(result);
  out +=
      "<h2>The whole run</h2>\n" + key_to_colours() + "<div class=\"scroll\">" + drawing(seen, overview) + "</div>\n";
  out += "<h2>Close-up from " + three_decimals(close_up.shown.from) + " s to " + three_decimals(close_up.shown.to) +
         " s</h2>\n<p>Arrows are messages between nodes: all rare kinds, common ones thinned out. Point at anything to "
         "read what it is.</p>\n<div class=\"scroll\">" +
         drawing(seen, close_up) + "</div>\n";
  out += fault_list(seen) + operations_table(seen, close_up.shown);
  return out + "</body></html>\n";
}

} // namespace praetor::sim::report
