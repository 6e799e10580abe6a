#include "rewriter/pages.h"

#include <algorithm>

#include "ir/iteration.h"

using namespace wasm;

namespace ireko {

namespace {

// The parts of a page around its handlers: locals, the two loops, the trap and
// the way back to the driver.
constexpr uint32_t kPageOverhead = 160;
// The block that ends in front of a handler (3), and its target in the
// br_table (3: more than 16,384 of them fill no page that is limited).
constexpr uint32_t kHandlerOverhead = 6;
// A comparison, a call with its arguments, the blocks around it.
constexpr uint32_t kChoiceBytes = 28;

uint32_t unsignedBytes(uint64_t value) {
  uint32_t bytes = 1;
  while (value >>= 7)
    ++bytes;
  return bytes;
}

uint32_t signedBytes(int64_t value) {
  uint32_t bytes = 1;
  for (; value < -64 || value > 63; value >>= 7)
    ++bytes;
  return bytes;
}

// Of the node without its children.
uint32_t nodeBytes(Expression *node) {
  // Opcode with prefix and an alignment; indices of locals, labels and types
  // in one or two bytes, those of functions and globals in three.
  constexpr uint32_t kPlain = 1, kPrefixed = 3, kIndex = 2, kLargeIndex = 3,
                     kAlignment = 1;
  switch (node->_id) {
  case Expression::ConstId: {
    const Literal &value = node->cast<Const>()->value;
    switch (value.type.getBasic()) {
    case Type::i32:
      return kPlain + signedBytes(value.geti32());
    case Type::i64:
      return kPlain + signedBytes(value.geti64());
    case Type::f32:
      return kPlain + 4;
    case Type::f64:
      return kPlain + 8;
    default:
      return kPrefixed + 16;
    }
  }
  case Expression::LoadId:
    return kPlain + kAlignment + unsignedBytes(node->cast<Load>()->offset);
  case Expression::StoreId:
    return kPlain + kAlignment + unsignedBytes(node->cast<Store>()->offset);
  case Expression::SIMDLoadId:
    return kPrefixed + kAlignment +
           unsignedBytes(node->cast<SIMDLoad>()->offset);
  case Expression::SIMDLoadStoreLaneId:
    return kPrefixed + kAlignment + 1 +
           unsignedBytes(node->cast<SIMDLoadStoreLane>()->offset);
  case Expression::SIMDShuffleId:
    return kPrefixed + 16;
  case Expression::SIMDExtractId:
  case Expression::SIMDReplaceId:
    return kPrefixed + 1;
  case Expression::UnaryId:
  case Expression::BinaryId: {
    bool isPlain = node->type.isInteger() || node->type.isFloat();
    for (Expression *child : ChildIterator(node))
      isPlain &= child->type != Type::v128;
    return isPlain && !(node->is<Unary>() &&
                        node->cast<Unary>()->op >= TruncSatSFloat32ToInt32)
               ? kPlain
               : kPrefixed;
  }
  case Expression::LocalGetId:
  case Expression::LocalSetId:
  case Expression::BreakId:
    return kPlain + kIndex;
  case Expression::SwitchId:
    return kPlain + 3 * (node->cast<Switch>()->targets.size() + 2);
  case Expression::CallId:
  case Expression::GlobalGetId:
  case Expression::GlobalSetId:
    return kPlain + kLargeIndex;
  case Expression::BlockId:
  case Expression::LoopId:
  case Expression::IfId:
    return 4; // with its type, else and end
  case Expression::DropId:
  case Expression::SelectId:
  case Expression::ReturnId:
  case Expression::UnreachableId:
    return kPlain;
  default:
    return kPrefixed + kIndex;
  }
}

} // namespace

uint32_t boundOnBytes(Expression *expr) {
  uint32_t bytes = nodeBytes(expr);
  for (Expression *child : ChildIterator(expr))
    bytes += boundOnBytes(child);
  return bytes;
}

std::vector<Page> planPages(const std::vector<PagedHandler> &handlers,
                            const HostLimits &limits) {
  uint64_t room = UINT64_MAX;
  if (limits.functionBytes)
    room = std::max(limits.functionBytes, kPageOverhead) - kPageOverhead;
  uint64_t maxCount =
      limits.branchTargets ? limits.branchTargets : handlers.size();
  auto bytesOf = [&](uint32_t i) {
    return uint64_t(handlers[i].bytes) + kHandlerOverhead;
  };
  std::vector<Page> pages(1);
  uint64_t used = 0;
  for (uint32_t i = 0; i < handlers.size(); ++i) {
    uint64_t needed = bytesOf(i), count = 1;
    // At the beginning of a group, all of it, if a page can hold it.
    uint32_t group = handlers[i].group;
    if (group && (i == 0 || handlers[i - 1].group != group)) {
      uint64_t all = needed;
      uint32_t end = i + 1;
      for (; end < handlers.size() && handlers[end].group == group; ++end)
        all += bytesOf(end);
      if (all <= room && end - i <= maxCount) {
        needed = all;
        count = end - i;
      }
    }
    Page &last = pages.back();
    if (last.end > last.first &&
        (used + needed > room || last.end - last.first + count > maxCount)) {
      pages.push_back({i, i});
      used = 0;
    }
    used += bytesOf(i);
    pages.back().end = i + 1;
  }
  return pages;
}

uint32_t choicesPerFunction(const HostLimits &limits) {
  uint32_t choices = UINT32_MAX;
  if (limits.functionBytes)
    choices = std::max(2u, limits.functionBytes / kChoiceBytes);
  if (limits.branchTargets)
    choices = std::min(choices, std::max(2u, limits.branchTargets));
  return choices;
}

} // namespace ireko
