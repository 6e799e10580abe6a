//===- merge_functions_test.cpp - Putting functions into their callers ----===//

#include "rewriter/merge_functions.h"

#include "ir/find_all.h"
#include "lowering_helpers.h"
#include "wasm-validator.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

/// A module after mergeFunctions(), which must leave it valid.
struct Merged {
  explicit Merged(std::string_view text, std::string_view stays = "")
      : source(readText(text)) {
    mergeFunctions(*source.module,
                   [&](wasm::Name name) { return name.toString() == stays; });
    EXPECT_TRUE(wasm::WasmValidator().validate(*source.module,
                                               wasm::WasmValidator::Globally));
  }

  std::string names() const {
    std::string list;
    for (auto &function : source.module->functions)
      list += (list.empty() ? "" : " ") + function->name.toString();
    return list;
  }
  template <typename Node> size_t count(const char *function) const {
    return wasm::FindAll<Node>(source.module->getFunction(function)->body)
        .list.size();
  }

  SourceModule source;
};

TEST(MergeFunctions, TakesAChainOfCalls) {
  Merged merged(R"((module
    (func $a (param i32) (result i32)
      (i32.add (local.get 0) (i32.const 1)))
    (func $b (param i32) (result i32)
      (i32.mul (call $a (local.get 0)) (i32.const 2)))
    (func $main (export "main") (param i32) (result i32)
      (call $b (local.get 0)))))");
  EXPECT_EQ(merged.names(), "main");
  EXPECT_EQ(merged.count<wasm::Call>("main"), 0u);
  EXPECT_EQ(merged.count<wasm::Binary>("main"), 2u);
}

TEST(MergeFunctions, LeavesWhatIsCalledTwiceOrKnownOtherwise) {
  Merged merged(R"((module
    (import "m" "host" (func $host))
    (func $twice)
    (func $exported (export "e"))
    (func $element)
    (func $itself (call $itself))
    (table 1 funcref) (elem (i32.const 0) $element)
    (func $main (export "main")
      (call $host) (call $twice) (call $twice) (call $exported)
      (call $element))))");
  EXPECT_EQ(merged.names(), "host twice exported element itself main");
  EXPECT_EQ(merged.count<wasm::Call>("main"), 5u);
}

TEST(MergeFunctions, LeavesWhatStaysAndItsCalls) {
  Merged merged(R"((module
    (func $inner)
    (func $loop (call $inner))
    (func $main (export "main") (call $loop))))",
                "loop");
  EXPECT_EQ(merged.names(), "inner loop main");
}

TEST(MergeFunctions, KeepsReturnsLabelsAndZeroes) {
  // Both have a label of the same name; the variable counts from zero each
  // time.
  Merged merged(R"((module
    (func $once (param i32) (result i32) (local i32)
      (block $l
        (br_if $l (local.get 0))
        (return (i32.const 7)))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (local.get 1))
    (func $main (export "main") (param i32) (result i32)
      (local $sum i32)
      (block $l
        (loop $again
          (local.set $sum
            (i32.add (local.get $sum) (call $once (local.get 0))))
          (br_if $l (i32.eqz (local.get 0)))
          (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
          (br $again)))
      (local.get $sum))))");
  EXPECT_EQ(merged.names(), "main");
  EXPECT_EQ(merged.count<wasm::Return>("main"), 0u);
  unsigned zeroed = 0;
  for (auto *set : wasm::FindAll<wasm::LocalSet>(
                       merged.source.module->getFunction("main")->body)
                       .list)
    if (auto *value = set->value->dynCast<wasm::Const>())
      zeroed += value->value.isZero();
  EXPECT_EQ(zeroed, 1u);
}

} // namespace
