//===- lowering_helpers.h - Small modules in the lowered form -------------===//
//
// Reads a module from text, plans and lowers it, runs passes, and prints the
// lowered form, one line a statement or terminator, so that tests compare it
// with what they expect:
//
//     b0:
//       s2 = (i32.add s1 i32.const 1)
//       return s2
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_TESTS_UNIT_LOWERING_HELPERS_H
#define IREKO_TESTS_UNIT_LOWERING_HELPERS_H

#include <cstdlib>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "passes/pass.h"
#include "rewriter/inspect.h"
#include "rewriter/lower.h"
#include "rewriter/program.h"
#include "rewriter/reader.h"
#include "support/colors.h"

namespace ireko::test {

/// The module in \p text, which must be valid.
inline SourceModule readText(std::string_view text) {
  auto source = readModuleFromBytes({text.begin(), text.end()}, "t.wat");
  if (source)
    return std::move(*source);
  std::cerr << llvm::toString(source.takeError()) << "\n" << text << "\n";
  std::abort();
}

/// A module and its lowered form.
struct Lowered {
  explicit Lowered(std::string_view text)
      : source(readText(text)),
        program(std::make_unique<Program>(*source.module)) {
    Colors::setEnabled(false);
    planProgram(*program);
  }

  Function &function(uint32_t index) { return program->functions[index]; }
  /// The only function that is not imported, or the first of them.
  Function &own() {
    for (Function &function : program->functions)
      if (!function.imported)
        return function;
    std::abort();
  }
  void lower(const LowerOptions &options = {}) {
    for (Function &function : program->functions)
      if (!function.imported)
        lowerFunction(*program, function, options);
  }
  void runPass(std::string_view name) {
    for (const Pass &pass : kPasses)
      if (pass.name == name) {
        for (Function &function : program->functions)
          if (!function.blocks.empty())
            pass.run(*program, function);
        return;
      }
    std::abort();
  }
  void runPasses(int level) {
    for (const Pass &pass : kPasses)
      if (pass.fromLevel <= level)
        runPass(pass.name);
  }

  SourceModule source;
  std::unique_ptr<Program> program;
};

/// The whole function, blocks in layout order. Ends with a terminator's edge
/// to `next` where that is not the following block.
inline std::string print(const Program &program, const Function &function) {
  std::string text;
  for (size_t i = 0; i < function.layout.size(); ++i) {
    const Block &block = function.blocks[function.layout[i]];
    text += "b" + std::to_string(function.layout[i]) + ":\n";
    for (wasm::Expression *statement : block.statements)
      text += "  " + printTree(program, statement) + "\n";
    text += "  " + printTerminator(program, block.end);
    bool follows = i + 1 < function.layout.size() &&
                   function.layout[i + 1] == block.end.next;
    if (block.end.next != kNoBlock && !follows &&
        block.end.kind != Terminator::Kind::Jump)
      text += ", then b" + std::to_string(block.end.next);
    text += "\n";
  }
  return text;
}

/// The lowered form of the first function of \p module, before any pass.
inline std::string lowered(std::string_view module,
                           const LowerOptions &options = {}) {
  Lowered result(module);
  result.lower(options);
  return print(*result.program, result.own());
}

/// The same after the passes of -O\p level.
inline std::string optimised(std::string_view module, int level = 2) {
  Lowered result(module);
  result.lower();
  result.runPasses(level);
  return print(*result.program, result.own());
}

/// The lowered form of function \p number of \p module after these passes.
inline std::string after(std::initializer_list<std::string_view> passes,
                         std::string_view module, uint32_t number = 0) {
  Lowered result(module);
  result.lower();
  for (std::string_view pass : passes)
    result.runPass(pass);
  return print(*result.program, result.function(number));
}

} // namespace ireko::test

#endif // IREKO_TESTS_UNIT_LOWERING_HELPERS_H
