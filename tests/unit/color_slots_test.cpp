//===- color_slots_test.cpp - Which values share a slot -------------------===//
//
// The pass on functions with calls, loops, vectors and several results: where
// their values are afterwards.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"
#include "rewriter/liveness.h"
#include "wasm-builder.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// The function after the pass, and its frame.
struct Colored {
  explicit Colored(const std::string &functions, bool isOptimised = false)
      : module("(module (memory 1) " + functions + ")") {
    module.lower();
    if (isOptimised)
      for (const char *pass : {"merge-blocks", "remove-unreachable",
                               "forward-copies", "dead-stores"})
        module.runPass(pass);
    before = print(*module.program, module.function(0));
    frameBefore = module.function(0).frameSlots;
    module.runPass("color-slots");
  }
  std::string text() { return print(*module.program, module.function(0)); }
  Function &function() { return module.function(0); }

  Lowered module;
  std::string before;
  uint32_t frameBefore;
};

constexpr const char *kCallee =
    "(func $g (param i32) (result i32) (local.get 0))"
    "(func $two (result i32 i32) (i32.const 1) (i32.const 2))"
    "(func $wide (param v128 i32) (result v128) (local.get 0))";

TEST(ColorSlots, GivesTheSlotsOfWhatIsDead) {
  Colored colored(std::string(R"((func (param i32) (result i32)
  (local i32 i32)
  (local.set 1 (call $g (local.get 0)))
  (local.set 2 (call $g (local.get 1)))
  (call $g (local.get 2))))") +
                      kCallee,
                  true);
  EXPECT_EQ(colored.frameBefore, 6u);
  EXPECT_EQ(colored.function().frameSlots, 3u);
  EXPECT_EQ(colored.text(), R"(b0:
  s2 = s1
  call 1 <g> at s1, 1 in, 1 out
b1:
  call 1 <g> at s1, 1 in, 1 out
b2:
  call 1 <g> at s1, 1 in, 1 out
b3:
  return s2
)");
}

TEST(ColorSlots, KeepsWhatOutlivesACallBelowItsFrame) {
  Colored colored(std::string(R"((func (param i32 i32) (result i32)
  (local i32 i32)
  (local.set 3 (call $g (i32.const 1)))
  (i32.add (call $g (local.get 3)) (i32.sub (local.get 1) (local.get 3)))))") +
                      kCallee,
                  true);
  EXPECT_EQ(colored.text(), R"(b0:
  s4 = i32.const 1
  call 1 <g> at s3, 1 in, 1 out
b1:
  s1 = s4
  s4 = s1
  call 1 <g> at s3, 1 in, 1 out
b2:
  return (i32.add s4 (i32.sub s2 s1))
)");
}

TEST(ColorSlots, KeepsVariablesOfLoopsApart) {
  Colored colored(R"((func (param i32) (result i32) (local i32 i32)
  (local.set 1 (i32.const 0)) (local.set 2 (i32.const 1))
  (loop $l
    (local.set 2 (i32.mul (local.get 2) (local.get 0)))
    (local.set 1 (i32.add (local.get 1) (local.get 2)))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (local.get 1)))");
  EXPECT_EQ(colored.text(), colored.before);
  EXPECT_EQ(colored.function().frameSlots, 4u);
}

TEST(ColorSlots, MovesVectorsWhole) {
  Colored colored(std::string(R"((func (param i32 i64) (result i32)
  (local v128)
  (drop (call $g (i32.const 3)))
  (local.set 2 (v128.load (local.get 0)))
  (v128.store (i32.const 32)
    (call $wide (local.get 2) (i32.const 4)))
  (i32.const 9)))") + kCallee,
                  true);
  EXPECT_EQ(colored.text(), R"(b0:
  s3 = i32.const 3
  call 1 <g> at s2, 1 in, 1 out
b1:
  s2 = (v128.load $0 s1)
  s4 = i32.const 4
  call 3 <wide> at s1, 3 in, 2 out
b2:
  (v128.store $0 i32.const 32 s2)
  return i32.const 9
)");
}

TEST(ColorSlots, LeavesSeveralResultsAtTheStart) {
  Colored colored(std::string(R"((func (param i32 i32) (result i32 i32)
  (local i32)
  (local.set 2 (call $g (local.get 0)))
  (local.get 2)
  (call $g (local.get 1))))") +
                      kCallee,
                  true);
  EXPECT_EQ(colored.text(), R"(b0:
  s4 = s1
  call 1 <g> at s3, 1 in, 1 out
b1:
  s1 = s4
  s3 = s2
  call 1 <g> at s2, 1 in, 1 out
b2:
  s2 = s3
  return, 2 slots
)");
}

TEST(ColorSlots, TakesSeveralResultsWhereTheyAre) {
  Colored colored(std::string(R"((func (param i32 i32 i32) (result i32)
  (call $two) (i32.add)))") +
                      kCallee,
                  true);
  EXPECT_EQ(colored.text(), R"(b0:
  call 2 <two> at s1, 2 out
b1:
  s1 = s2
  return (i32.add s1 s3)
)");
}

// Superinstructions keep it to themselves, unless the slot is another's.
TEST(ColorSlots, KeepsWhatStaysInABlockOutOfOtherSlots) {
  Colored colored(R"((func (param i32 i32) (result i32)
  (local i32 i32)
  (local.set 2 (i32.load (local.get 0)))
  (i32.store (local.get 2) (local.get 2))
  (loop $l (br_if $l (local.get 1)))
  (i32.const 0)))");
  EXPECT_EQ(colored.text(), R"(b0:
  s3 = (i32.load $0 s1)
  (i32.store $0 s3 s3)
  jump b1
b1:
  if s2 jump b1 (back)
b2:
  jump b3
b3:
  return i32.const 0
)");
}

TEST(ColorSlots, LeavesFunctionsWithReferences) {
  Colored colored(R"((func (param i32 externref) (result externref)
  (local i32 i32 externref)
  (local.set 4 (local.get 1))
  (local.get 4)))");
  EXPECT_EQ(colored.text(), colored.before);
  EXPECT_EQ(colored.function().frameSlots, colored.frameBefore);
  EXPECT_TRUE(colored.function().moved.empty());
}

// A slot that may be read before it is written is not one of a value.
TEST(ColorSlots, LeavesFunctionsThatReadWhatNobodyWrote) {
  Colored colored(R"((func (param i32) (result i32) (local i32 i32)
  (local.get 2)))");
  EXPECT_EQ(colored.text(), colored.before);
}

TEST(ColorSlots, SaysWhereLocalsAre) {
  Colored colored(R"((func (param i32) (result i32) (local i32 i32)
  (local.set 1 (i32.load (local.get 0)))
  (loop $l (br_if $l (local.get 1)))
  (local.set 2 (i32.load (local.get 0)))
  (loop $m (br_if $m (i32.eqz (local.get 2))))
  (local.get 2)))");
  using Moved = std::vector<std::pair<Slot, Slot>>;
  EXPECT_EQ(colored.function().moved, (Moved{{1, 1}, {1, 3}, {2, 2}}));
  std::string once = colored.text();
  colored.module.runPass("color-slots");
  EXPECT_EQ(colored.text(), once);
}

// Of two values that are alive at once, one is moved to the other: they may
// share a slot, as long as neither is written while the other is needed.
TEST(ColorSlots, LetsCopiesShare) {
  Colored shared(R"((func (param i32) (result i32) (local i32)
  (local.set 1 (local.get 0))
  (loop $l (br_if $l (i32.add (local.get 0) (local.get 1))))
  (local.get 1)))");
  EXPECT_EQ(shared.function().frameSlots, 2u);
  Colored apart(R"((func (param i32) (result i32) (local i32)
  (local.set 1 (local.get 0))
  (loop $l
    (local.set 0 (i32.const 5))
    (br_if $l (i32.add (local.get 0) (local.get 1))))
  (local.get 1)))");
  EXPECT_EQ(apart.function().frameSlots, 3u);
}

} // namespace
