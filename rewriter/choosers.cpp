// Calls of one of many functions by a number: pages of the dispatch function,
// groups of cold functions. By comparisons, as a tree; where one function
// cannot hold that many, in several levels of functions.

#include "rewriter/codegen.h"

using namespace wasm;

namespace ireko {

Expression *Codegen::chooseAmong(llvm::ArrayRef<Choice> choices, Index number,
                                 const std::vector<Index> &arguments,
                                 Type result) {
  if (choices.size() == 1) {
    std::vector<Expression *> values;
    for (Index local : arguments)
      values.push_back(builder.makeLocalGet(local, Type::i32));
    return builder.makeCall(choices.front().function, values, result);
  }
  size_t middle = choices.size() / 2;
  Expression *isBelow =
      builder.makeBinary(LtUInt32, builder.makeLocalGet(number, Type::i32),
                         i32(choices[middle].first));
  return builder.makeIf(
      isBelow,
      chooseAmong(choices.take_front(middle), number, arguments, result),
      chooseAmong(choices.drop_front(middle), number, arguments, result),
      result);
}

Expression *Codegen::choose(const std::string &name,
                            const std::vector<Choice> &choices, Index number,
                            const std::vector<Index> &arguments, Type result) {
  size_t most = choicesPerFunction(limits);
  if (choices.size() <= most)
    return chooseAmong(choices, number, arguments, result);
  // The number is the last parameter of the functions in between.
  std::vector<Type> types(arguments.size() + 1, Type::i32);
  std::vector<Index> locals(arguments.size());
  for (Index i = 0; i < locals.size(); ++i)
    locals[i] = i;
  std::vector<Choice> groups;
  llvm::ArrayRef<Choice> left(choices);
  while (!left.empty()) {
    llvm::ArrayRef<Choice> group = left.take_front(most);
    left = left.drop_front(group.size());
    Name inner = program.own(name + ".choose." + std::to_string(most) + "." +
                             std::to_string(group.front().first) + "." +
                             std::to_string(choices.size()));
    // Who else chooses among these, by another local, has made them: the driver
    // of regions calls the dispatch function, too.
    if (!bundle.getFunctionOrNull(inner)) {
      auto function = Builder::makeFunction(
          inner, Signature(Type(Tuple(types)), result), {});
      function->body = chooseAmong(group, arguments.size(), locals, result);
      bundle.addFunction(std::move(function));
    }
    groups.push_back({group.front().first, inner});
  }
  std::vector<Index> all(arguments);
  all.push_back(number);
  return choose(name, groups, number, all, result);
}

} // namespace ireko
