#include "rewriter/shape_numbers.h"

namespace ireko {

void ShapeNumbers::List::add(llvm::StringRef key, uint32_t operators,
                             uint32_t bytes, uint32_t &number) {
  entries.push_back({llvm::StringMapImpl::hash(key), uint32_t(key.size()),
                     operators, bytes, &number});
  keys.append(key.data(), key.size());
}

void ShapeNumbers::number(List &list) {
  llvm::StringRef rest = list.keys;
  for (const List::Entry &entry : list.entries) {
    auto [it, isNew] = numbers.try_emplace_with_hash(
        rest.take_front(entry.length), entry.hash, shapeSizes.size());
    if (isNew)
      shapeSizes.push_back({entry.operators, entry.bytes});
    *entry.number = it->second;
    rest = rest.drop_front(entry.length);
  }
  list = List();
}

} // namespace ireko
