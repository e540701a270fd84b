#include "protocol/mesh/chain_graph.hpp"

#include "protocol/base/quoted.hpp"

namespace praetor::mesh {

namespace {

namespace ce = config_entries;

template <class Visit>
void each_next(const chain_node& node, Visit visit) {
  for (const auto& route : node.routes) visit(route.next_node);
  for (const auto& split : node.splits) visit(split.next_node);
}

/// The changes of `base`, with those of `over` where both change the same field.
std::optional<ce::header_modifiers> merged(const std::optional<ce::header_modifiers>& base,
                                           const std::optional<ce::header_modifiers>& over) {
  if (!base || base->empty()) return over;
  auto out = base;
  if (!over) return out;
  for (const auto& [name, value] : over->add) out->add[name] = value;
  for (const auto& [name, value] : over->set) out->set[name] = value;
  std::set<std::string_view> removed(base->remove.begin(), base->remove.end());
  for (const auto& name : over->remove)
    if (!removed.contains(name)) out->remove.push_back(name);
  return out;
}

chain_split nested(const chain_split& outer, const chain_split& inner) {
  chain_split out = inner;
  out.weight = ce::rounded_weight(outer.weight * inner.weight / 100);
  out.definition->request_headers = merged(outer.definition->request_headers, inner.definition->request_headers);
  out.definition->response_headers = merged(inner.definition->response_headers, outer.definition->response_headers);
  return out;
}

} // namespace

std::string path_text(const string_list& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : " -> ") + name;
  return out;
}

expected<void> check_circles(const compiled_chain& chain) {
  struct step {
    std::string node;
    std::vector<std::string> left;
  };
  auto step_of = [&](const std::string& key) {
    step out{key, {}};
    each_next(chain.nodes.at(key), [&](const std::string& next) { out.left.push_back(next); });
    return out;
  };
  std::vector<step> path{step_of(chain.start_node)};
  std::set<std::string> on_path{chain.start_node}, done;
  while (!path.empty()) {
    auto& last = path.back();
    if (last.left.empty()) {
      done.insert(last.node);
      on_path.erase(last.node);
      path.pop_back();
      continue;
    }
    auto next = std::move(last.left.back());
    last.left.pop_back();
    if (on_path.contains(next)) {
      string_list names;
      for (const auto& each : path) names.push_back(each.node);
      names.push_back(next);
      return fail("detected circular reference: [" + path_text(names) + "]");
    }
    if (done.contains(next)) continue;
    on_path.insert(next);
    path.push_back(step_of(next));
  }
  return {};
}

expected<void> merge_nested_splitters(compiled_chain& chain) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& [key, node] : chain.nodes) {
      if (node.type != splitter_type) continue;
      std::vector<chain_split> flat;
      bool merged_any = false;
      for (const auto& split : node.splits) {
        const auto& next = chain.nodes.at(split.next_node);
        if (next.type != splitter_type) {
          flat.push_back(split);
          continue;
        }
        merged_any = true;
        for (const auto& inner : next.splits) flat.push_back(nested(split, inner));
        if (flat.size() > most_splits)
          return fail("discovery chain " + praetor::quoted(chain.service_name) + " has more than " +
                      std::to_string(most_splits) + " splits");
      }
      if (!merged_any) continue;
      node.splits = std::move(flat);
      changed = true;
    }
  }
  return {};
}

void drop_unreachable(compiled_chain& chain, const std::set<std::string>& retained_targets) {
  std::set<std::string> reached{chain.start_node};
  std::vector<std::string> left{chain.start_node};
  while (!left.empty()) {
    auto key = std::move(left.back());
    left.pop_back();
    each_next(chain.nodes.at(key), [&](const std::string& next) {
      if (reached.insert(next).second) left.push_back(next);
    });
  }
  std::erase_if(chain.nodes, [&](const auto& each) { return !reached.contains(each.first); });
  std::erase_if(chain.targets, [&](const auto& each) { return !retained_targets.contains(each.first); });
}

} // namespace praetor::mesh
