#include "actors/queries/cluster.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/types/names.hpp"

#include <array>

namespace praetor::api::coordinate_endpoints {

namespace {

std::optional<std::string> segment_of(const call& c) {
  auto* text = c.req.query.find("segment");
  return text ? std::optional(*text) : std::nullopt;
}

void nodes(const call& c) { answer_query(c, {}, queries::list_coordinates{segment_of(c)}); }

/// A node without coordinates is a 404.
rendered_answer node_places(const showing& to, const queries::node_coordinates& q,
                            const queries::found<queries::node_coordinates>& f) {
  if (!f.missing) return as_json(to, q, f);
  rendered_answer out;
  out.head = read_head::none;
  out.status = 404;
  out.content_type = {};
  return out;
}

void node(const call& c) {
  answer_query(c, {}, queries::node_coordinates{std::string(c.rest), segment_of(c)}, node_places);
}

/// A coordinate as clients send it. Omitted members are zero; a vector without dimensions is invalid.
struct update_input {
  static constexpr std::string_view type_name = "CoordinateUpdateRequest";
  std::string datacenter, node, segment;
  coordinate coord{.vec = {}, .error = 0, .adjustment = 0, .height = 0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Node"}, x.node);
    f(field{"Segment"}, x.segment);
    f(field{"Coord"}, x.coord);
  }
};

expected<update_input> given_place(const call& c) {
  auto body = read_strictly<update_input>(c.req.body);
  if (auto named = named_datacenter(c); body && !named.empty()) body->datacenter = named;
  return with_datacenter(c, std::move(body));
}

void update(const call& c) {
  auto& given = body_of<update_input>(c);
  if (!is_valid(given.coord)) return respond_error(c, "invalid coordinate", 500);
  if (given.coord.vec.size() != coordinate::dimensions) return respond_error(c, "incompatible coordinate", 500);
  auto place = std::make_shared<node_coordinate>();
  place->node = std::move(given.node);
  place->segment = std::move(given.segment);
  place->coord = std::move(given.coord);
  if (auto fault = fault_in_names(*place)) return respond_error(c, *fault, 400);
  if (auto no = refused_write(c, *place)) return respond_refusal(c, std::move(*no), 500);
  caf::anon_send(c.env.handles()->duties, locate_atom_v, local<node_coordinate_ptr>{std::move(place)});
  respond(c, empty_answer());
}

/// The coordinates of the servers of one datacenter in an area.
struct datacenter_shape {
  std::string datacenter, area = "wan";
  coordinate_batch coordinates;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"AreaID"}, x.area);
    f(field{"Coordinates"}, x.coordinates);
  }
};

void datacenters(const call& c) {
  auto config = c.env.config();
  auto own = std::make_shared<node_coordinate>();
  own->node = config->node_name;
  respond(c, json_answer(c, std::array{datacenter_shape{config->datacenter, "wan", {own}}}));
}

constexpr parameter segment{.name = "segment", .meaning = "only the coordinates of this segment"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/coordinate/datacenters",
          .endpoint = datacenters,
          .summary = "The servers' network coordinates between datacenters",
          .checks = {feature::coordinates},
          .public_route = true,
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/coordinate/nodes",
          .endpoint = nodes,
          .summary = "The nodes' network coordinates",
          .checks = {feature::coordinates, blocking_read, rejects_tenancy, shows_only(acl::resource::node)},
          .parameters = {segment}},
    route{.method = "GET",
          .path = "/v1/coordinate/node/",
          .rest = "node",
          .endpoint = node,
          .summary = "A node's network coordinates",
          .checks = {feature::coordinates, blocking_read, rejects_tenancy,
                     needs(acl::resource::node, acl::access::read, name_source::path)},
          .parameters = {segment}},
    route{.method = "PUT",
          .path = "/v1/coordinate/update",
          .endpoint = update,
          .summary = "Stores a node's network coordinate",
          .checks = {feature::coordinates, reads_body<given_place>, rejects_tenancy,
                     endpoint_needs(acl::resource::node, acl::access::write, name_source::body)},
          .body = json_body<update_input>(),
          .answers = media::none},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::coordinate_endpoints
