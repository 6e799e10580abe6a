#include "rewriter/tree.h"

#include <string_view>

#include "support/utilities.h"

using namespace wasm;

namespace ireko {

bool mayTrap(const Expression *node) {
  switch (node->_id) {
  case Expression::LoadId:
  case Expression::StoreId:
  case Expression::SIMDLoadId:
  case Expression::SIMDLoadStoreLaneId:
    return true;
  case Expression::UnaryId:
    switch (static_cast<const Unary *>(node)->op) {
    case TruncSFloat32ToInt32:
    case TruncSFloat32ToInt64:
    case TruncUFloat32ToInt32:
    case TruncUFloat32ToInt64:
    case TruncSFloat64ToInt32:
    case TruncSFloat64ToInt64:
    case TruncUFloat64ToInt32:
    case TruncUFloat64ToInt64:
      return true;
    default:
      return false;
    }
  case Expression::BinaryId:
    switch (static_cast<const Binary *>(node)->op) {
    case DivSInt32:
    case DivUInt32:
    case RemSInt32:
    case RemUInt32:
    case DivSInt64:
    case DivUInt64:
    case RemSInt64:
    case RemUInt64:
      return true;
    default:
      return false;
    }
  default:
    return false;
  }
}

bool treeMayTrap(Expression *tree) {
  bool result = mayTrap(tree);
  forEachChild(
      tree, [&](Expression *child) { result = result || treeMayTrap(child); });
  return result;
}

bool readsMemory(const Expression *node) {
  return node->is<Load>() || node->is<SIMDLoad>() ||
         node->is<SIMDLoadStoreLane>() || node->is<MemorySize>();
}

bool isLeaf(const Expression *node) {
  return node->is<Const>() || node->is<LocalGet>();
}

Address *memoryOffset(Expression *node) {
  if (auto *load = node->dynCast<Load>())
    return &load->offset;
  if (auto *store = node->dynCast<Store>())
    return &store->offset;
  if (auto *load = node->dynCast<SIMDLoad>())
    return &load->offset;
  if (auto *lane = node->dynCast<SIMDLoadStoreLane>())
    return &lane->offset;
  return nullptr;
}

uint32_t countOperators(Expression *tree) {
  // An exit on zero is no more work than one on another value.
  if (auto *exit = tree->dynCast<Break>()) {
    auto *unary = exit->condition->dynCast<Unary>();
    return countOperators(unary && unary->op == EqZInt32 ? unary->value
                                                         : exit->condition);
  }
  uint32_t count =
      !isLeaf(tree) && !tree->is<Drop>() && !tree->is<LocalSet>() ? 1 : 0;
  forEachChild(tree,
               [&](Expression *&child) { count += countOperators(child); });
  return count;
}

uint32_t countNodes(Expression *tree) {
  uint32_t nodes = 1;
  forEachChild(tree, [&](Expression *&child) { nodes += countNodes(child); });
  return nodes;
}

namespace {

// Small ones are short: seven bits a byte, as in LEB128.
void appendNumber(std::string &out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += char(value | 0x80);
  out += char(value);
}

void appendName(std::string &out, Name name) {
  appendNumber(out, name.size());
  out.append(name.str.data(), name.size());
}

// The node's own immediates; `without`: but for the one that is left out.
void spellNode(Expression *node, std::string &out, bool without) {
  out += char(node->_id);
  appendNumber(out, node->type.getID());
  [[maybe_unused]] bool isLocal = node->is<LocalGet>() || node->is<LocalSet>();
  [[maybe_unused]] bool isGlobal =
      node->is<GlobalGet>() || node->is<GlobalSet>();

#define DELEGATE_ID node->_id
#define DELEGATE_START(id) [[maybe_unused]] auto *cast = node->cast<id>();
#define DELEGATE_GET_FIELD(id, field) cast->field
#define DELEGATE_FIELD_CHILD(id, field)
#define DELEGATE_FIELD_CHILD_VECTOR(id, field)
#define DELEGATE_FIELD_INT(id, field)                                          \
  if (!(without && isLocal))                                                   \
    appendNumber(out, uint64_t(cast->field));
#define DELEGATE_FIELD_INT_ARRAY(id, field)                                    \
  if (!without)                                                                \
    for (auto value : cast->field)                                             \
      appendNumber(out, uint64_t(value));
#define DELEGATE_FIELD_INT_VECTOR(id, field)
#define DELEGATE_FIELD_LITERAL(id, field)                                      \
  if (!without) {                                                              \
    uint8_t bits[16] = {};                                                     \
    cast->field.getBits(bits);                                                 \
    out.append(reinterpret_cast<const char *>(bits), sizeof(bits));            \
  }
#define DELEGATE_FIELD_NAME(id, field)                                         \
  if (!(without && isGlobal))                                                  \
    appendName(out, cast->field);
#define DELEGATE_FIELD_NAME_VECTOR(id, field)
#define DELEGATE_FIELD_SCOPE_NAME_DEF(id, field)
#define DELEGATE_FIELD_SCOPE_NAME_USE(id, field)
#define DELEGATE_FIELD_SCOPE_NAME_USE_VECTOR(id, field)
#define DELEGATE_FIELD_TYPE(id, field) appendNumber(out, cast->field.getID());
#define DELEGATE_FIELD_TYPE_VECTOR(id, field)
#define DELEGATE_FIELD_HEAPTYPE(id, field)                                     \
  appendNumber(out, cast->field.getID());
#define DELEGATE_FIELD_ADDRESS(id, field)                                      \
  if (!without && std::string_view(#field) != "align")                         \
    appendNumber(out, uint64_t(cast->field));
#include "wasm-delegations-fields.def"
}

} // namespace

void spell(Expression *tree, std::string &out, ImmediateSpeller leftOut) {
  spellNode(tree, out, leftOut(tree, out));
  forEachChild(tree, [&](Expression *&child) { spell(child, out, leftOut); });
}

} // namespace ireko
