// State archives, which anyone with the permission to restore may send. Four inputs: a raw archive; a tar file, which
// is compressed here; the bytes of a state, which are put into an archive with matching checksums; and a state after
// the archive. What passes the checks can be read, and an archive of it has the same content.
#include "storage/snapshot/archive.hpp"
#include "storage/state/archive_check.hpp"
#include "storage/state/records.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <zlib.h>

using namespace praetor;

namespace {

std::string stored(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_NO_COMPRESSION, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void read_whole(std::string_view state) {
  if (state::check_archive(state)) (void)state::read_state(state);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
  case 0: (void)storage::unpack_archive(input); break;
  case 1:
    if (auto found = storage::unpack_archive(stored(input))) read_whole(found->state);
    break;
  case 2: {
    storage::snapshot_meta meta;
    meta.id = "2-17-1";
    meta.index = 17;
    meta.size = static_cast<std::int64_t>(input.size());
    auto packed = storage::pack_archive(meta, input, std::chrono::seconds(0));
    if (!packed) std::abort();
    auto found = storage::unpack_archive(*packed);
    if (!found || found->state != input) std::abort();
    break;
  }
  default: read_whole(input); (void)state::read_state(input);
  }
  return 0;
}
