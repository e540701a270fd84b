#include "sim/report/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

namespace praetor::sim::report {

namespace {

constexpr double names_width = 120, node_lane = 44, client_lane = 16, top = 64, label_row = 13;
/// Labels are omitted below this width.
constexpr double letter_width = 6.2;

template <class... Args>
std::string form(const char* format, Args... args) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

/// An SVG element with a tooltip.
std::string element(const std::string& shape, const std::string& tooltip) {
  return "<g>" + shape + "<title>" + escaped(tooltip) + "</title></g>\n";
}

class canvas {
public:
  canvas(const recording& of, const view& how) : of_(of), how_(how) {
    for (const auto& [node, lives] : of.lives) nodes_.push_back(node);
    // Natural order: "agent10" comes after "agent9".
    std::stable_sort(nodes_.begin(), nodes_.end(), [](auto& a, auto& b) { return a.size() < b.size(); });
    std::stable_sort(nodes_.begin(), nodes_.end(), [](auto& a, auto& b) { return a[0] > b[0]; });
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      node_y_[nodes_[i]] = top + label_space() + node_lane * static_cast<double>(i);
    choose_clients();
  }

  std::string draw() {
    auto height = clients_top() + client_lane * static_cast<double>(clients_.size()) + 8;
    std::string out =
        form("<svg width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" xmlns=\"http://www.w3.org/2000/svg\">\n",
             names_width + how_.width, height, names_width + how_.width, height);
    out += "<defs><marker id=\"tip\" viewBox=\"0 0 6 6\" refX=\"6\" refY=\"3\" markerWidth=\"5\" markerHeight=\"5\" "
           "orient=\"auto\"><path d=\"M0 0 L6 3 L0 6 z\" class=\"tip\"/></marker></defs>\n";
    out += axis(height) + lanes() + faults() + reigns() + messages() + operations() + findings(height);
    return out + "</svg>\n";
  }

private:
  double x(duration at) const {
    auto part = static_cast<double>((at - how_.shown.from).count()) /
                std::max(1.0, static_cast<double>((how_.shown.to - how_.shown.from).count()));
    return names_width + how_.width * std::clamp(part, 0.0, 1.0);
  }
  bool visible(const recording::span& s) const { return s.from <= how_.shown.to && s.to >= how_.shown.from; }
  double label_space() const { return label_row * static_cast<double>(std::min<std::size_t>(of_.faults.size(), 6)); }
  double clients_top() const { return top + label_space() + node_lane * static_cast<double>(nodes_.size()) + 14; }

  void choose_clients() {
    std::map<std::string, std::size_t> counts;
    for (const auto& o : of_.operations)
      if (visible({o.called, o.returned})) ++counts[o.process];
    std::vector<std::pair<std::size_t, std::string>> busiest;
    for (const auto& [process, count] : counts) busiest.emplace_back(count, process);
    std::stable_sort(busiest.begin(), busiest.end(), [](auto& a, auto& b) { return a.first > b.first; });
    if (busiest.size() > how_.client_lanes) busiest.resize(how_.client_lanes);
    std::set<std::string> chosen;
    for (auto& [count, process] : busiest) chosen.insert(process);
    clients_.assign(chosen.begin(), chosen.end());
    for (std::size_t i = 0; i < clients_.size(); ++i)
      client_y_[clients_[i]] = clients_top() + client_lane * static_cast<double>(i);
  }

  std::string axis(double height) const {
    auto seconds = std::chrono::duration<double>(how_.shown.to - how_.shown.from).count();
    // A tick about every hundred pixels, at round numbers.
    auto wanted = seconds * 100 / how_.width;
    auto power = std::pow(10.0, std::floor(std::log10(std::max(wanted, 1e-6))));
    auto step = power * (wanted / power > 5 ? 10 : wanted / power > 2 ? 5 : wanted / power > 1 ? 2 : 1);
    auto first = std::ceil(std::chrono::duration<double>(how_.shown.from).count() / step);
    std::string out;
    for (auto i = first;; ++i) {
      duration at{std::llround(i * step * 1e9)};
      if (at > how_.shown.to) break;
      out += form("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"22\" y2=\"%.0f\" class=\"grid\"/>", x(at), x(at), height);
      out += form("<text x=\"%.1f\" y=\"16\" class=\"axis\">%g s</text>\n", x(at), i * step);
    }
    return out;
  }

  std::string lanes() const {
    std::string out;
    for (const auto& node : nodes_) {
      auto y = node_y_.at(node);
      out += form("<text x=\"4\" y=\"%.1f\" class=\"name\">", y + 26) + escaped(node) + "</text>";
      out += form("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" class=\"down\"/>", names_width, y + 16,
                  how_.width);
      for (const auto& s : of_.lives.at(node)) {
        if (!visible(s)) continue;
        out += element(form("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" class=\"up\"/>", x(s.from),
                            y + 16, std::max(0.5, x(s.to) - x(s.from))),
                       node + " runs from " + three_decimals(s.from) + " s to " + three_decimals(s.to) + " s");
      }
    }
    for (const auto& client : clients_)
      out +=
          form("<text x=\"4\" y=\"%.1f\" class=\"client\">", client_y_.at(client) + 11) + escaped(client) + "</text>\n";
    return out;
  }

  std::string faults() const {
    std::string out;
    std::size_t number = 0;
    auto bottom = clients_top() - 14;
    for (const auto& f : of_.faults) {
      if (!visible(f)) continue;
      auto left = x(f.from), width = std::max(1.5, x(f.to) - left);
      auto label = std::string(name_of(f.what.kind));
      for (std::size_t i = 0; i < f.nodes.size(); ++i) (label += i == 0 ? " " : ", ") += f.nodes[i];
      std::string shapes;
      for (const auto& node : f.nodes.empty() ? nodes_ : f.nodes)
        if (auto lane = node_y_.find(node); lane != node_y_.end())
          shapes += form("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" class=\"fault\"/>", left,
                         lane->second + 4, width, node_lane - 8);
      auto row = top + label_row * static_cast<double>(number++ % 6);
      shapes +=
          form("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" class=\"stem\"/>", left, left, row - 9, bottom);
      shapes +=
          form("<text x=\"%.1f\" y=\"%.1f\" class=\"cause\">",
               std::min(left + 2, names_width + how_.width - letter_width * static_cast<double>(label.size())), row) +
          escaped(label) + "</text>";
      out += element(shapes, label + ", " + three_decimals(f.from) + " s to " + three_decimals(f.to) + " s" +
                                 (f.what.amount != 0 ? form(" (%g)", f.what.amount) : ""));
    }
    return out;
  }

  std::string reigns() const {
    std::string out;
    for (const auto& r : of_.reigns) {
      auto lane = node_y_.find(r.node);
      if (!visible(r) || lane == node_y_.end()) continue;
      auto left = x(r.from), width = std::max(1.0, x(r.to) - left);
      auto label = "term " + std::to_string(r.term);
      auto shapes = form("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" class=\"leader\"/>", left,
                         lane->second + 16, width);
      if (width > letter_width * static_cast<double>(label.size()))
        shapes += form("<text x=\"%.1f\" y=\"%.1f\" class=\"term\">", left + 3, lane->second + 26) + label + "</text>";
      out +=
          element(shapes, r.node + " leads term " + std::to_string(r.term) + " from " + three_decimals(r.from) + " s");
    }
    return out;
  }

  std::string messages() const {
    std::string out;
    for (const auto* m : telling_messages(of_, how_.shown, how_.messages)) {
      auto from = node_y_.find(m->from), to = node_y_.find(m->to);
      if (from == node_y_.end() || to == node_y_.end()) continue;
      bool lost = m->arrived == duration::max();
      auto end = lost ? x(m->at) + 6 : x(m->arrived);
      auto y1 = from->second + 22, y2 = to->second + 22;
      if (lost) y2 = y1 + (y2 - y1) * 0.4;
      out += element(
          form("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\" marker-end=\"url(#tip)\"/>",
               x(m->at), y1, end, y2, lost ? "message lost" : "message"),
          m->kind + " from " + m->from + " to " + m->to + ", " + std::to_string(m->bytes) + " bytes, sent " +
              three_decimals(m->at) + " s" + (lost ? ", lost" : ", arrived " + three_decimals(m->arrived) + " s"));
    }
    return out;
  }

  std::string operations() const {
    std::string out;
    for (const auto& o : of_.operations) {
      auto lane = client_y_.find(o.process);
      if (lane == client_y_.end() || !visible({o.called, o.returned})) continue;
      auto left = x(o.called);
      out += element(form("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"10\" class=\"%s\"/>", left,
                          lane->second + 2, std::max(1.5, x(o.returned) - left), o.outcome.c_str()),
                     o.process + ": " + o.what + " " + o.key + " " + o.value + ": " + o.outcome + ", " +
                         three_decimals(o.called) + " s to " + three_decimals(o.returned) + " s");
    }
    return out;
  }

  std::string findings(double height) const {
    std::string out;
    for (const auto& f : of_.findings) {
      if (!visible({f.at, f.at})) continue;
      auto label = escaped(f.checker);
      auto at = std::min(x(f.at), names_width + how_.width - letter_width * static_cast<double>(f.checker.size() + 2));
      out += element(
          form("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"24\" y2=\"%.0f\" class=\"finding\"/>", x(f.at), x(f.at), height) +
              form("<text x=\"%.1f\" y=\"34\" class=\"finding-name\">", at) + label + "</text>",
          f.checker + " at " + three_decimals(f.at) + " s: " + f.text);
    }
    return out;
  }

  const recording& of_;
  const view& how_;
  std::vector<std::string> nodes_, clients_;
  std::map<std::string, double> node_y_, client_y_;
};

} // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '&': out += "&amp;"; break;
    case '"': out += "&quot;"; break;
    default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '.' : c;
    }
  }
  return out;
}

std::string three_decimals(duration time) { return form("%.3f", std::chrono::duration<double>(time).count()); }

std::string drawing(const recording& of, const view& how) { return canvas(of, how).draw(); }

} // namespace praetor::sim::report
