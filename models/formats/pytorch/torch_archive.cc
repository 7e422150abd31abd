#include "base/errors.h"
#include "models/formats/pytorch/torch_storages.h"
#include "models/formats/shared/zip.h"

namespace unrecur {
namespace {

/// An archive of storages, one member for each.
class Archive : public TorchStorages {
 public:
  Archive(std::span<const std::byte> content, const std::string& file)
      : file_(file), limit_(unpack_limit(content.size())), members_(parse_zip(content, file)) {
    for (const ZipMember& member : members_) {
      if (member.name.ends_with("/data.pkl")) folder_ = member.name.substr(0, member.name.size() - 8);
    }
    if (folder_.empty())
      throw FileError({file, "", "expected a member data.pkl, found none", "write it by torch.save"});
    if (const ZipMember* order = find_member(members_, folder_ + "byteorder")) {
      if (as_text(unpack(*order, file_, 16)) == "big") order_ = std::endian::big;
    }
  }

  Bytes pickle() const { return unpack(*find_member(members_, folder_ + "data.pkl"), file_, limit_); }

  Bytes bytes(const std::string& key, const std::string& place) const override {
    const ZipMember* member = find_member(members_, folder_ + "data/" + key);
    if (member == nullptr) {
      throw FileError(
          {file_, place, "expected a member data/" + key.substr(0, 40) + ", found none", "the archive is incomplete"});
    }
    return unpack(*member, file_, limit_);
  }
  std::endian byte_order() const override { return order_; }

 private:
  std::string file_, folder_;
  std::uint64_t limit_;
  std::vector<ZipMember> members_;
  std::endian order_ = std::endian::little;
};

}  // namespace

TorchFile parse_torch_archive(std::span<const std::byte> content, const std::string& file) {
  const auto archive = std::make_shared<const Archive>(content, file);
  const Bytes pickle = archive->pickle();
  return {parse_pickle(pickle, file), archive};
}

}  // namespace unrecur
