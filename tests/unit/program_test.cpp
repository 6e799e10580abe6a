//===- program_test.cpp - Where globals, tables and functions go ----------===//

#include "rewriter/program.h"

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

using GlobalKind = GlobalPlace::Kind;

std::vector<GlobalKind> kindsOfGlobals(std::string_view text) {
  Lowered module(text);
  std::vector<GlobalKind> kinds;
  for (auto &global : module.source.module->globals)
    kinds.push_back(module.program->globals.at(global->name).kind);
  return kinds;
}

size_t staticTables(std::string_view text) {
  return Lowered(text).program->staticTables.size();
}

TEST(Plan, PlacesGlobals) {
  EXPECT_EQ(kindsOfGlobals(R"((module
    (import "m" "g" (global i32))
    (import "m" "h" (global (mut i64)))
    (global i32 (i32.const 1))
    (global (mut i32) (i32.const 1))
    (global (export "e") i32 (i32.const 1))
    (global (export "f") (mut i32) (i32.const 1))
    (global i32 (global.get 0))
    (global (mut i32) (global.get 0))
    (global externref (ref.null extern))
    (global (mut funcref) (ref.null func))
    (global i64 (i64.add (i64.const 1) (i64.mul (i64.const 2) (i64.const 3))))
    (global v128 (v128.const i64x2 1 2))
    (global (mut v128) (v128.const i64x2 1 2))))"),
            std::vector<GlobalKind>(
                {GlobalKind::Host, GlobalKind::Host, GlobalKind::Constant,
                 GlobalKind::Memory, GlobalKind::Constant, GlobalKind::Host,
                 GlobalKind::Host, GlobalKind::Host, GlobalKind::Host,
                 GlobalKind::Host, GlobalKind::Constant, GlobalKind::Constant,
                 GlobalKind::Memory}));
}

TEST(Plan, LaysGlobalsOut) {
  Lowered module(R"((module
    (global (mut i32) (i32.const 1))
    (global (mut v128) (v128.const i64x2 1 2))
    (global i32 (i32.const 5))
    (global (mut f32) (f32.const 3))))");
  auto offset = [&](size_t i) {
    return module.program->globals.at(module.source.module->globals[i]->name)
        .offset;
  };
  EXPECT_EQ(offset(0), 0u);
  EXPECT_EQ(offset(1), 16u); // aligned
  EXPECT_EQ(offset(3), 32u);
  EXPECT_EQ(module.program->globalBytes, 40u);
}

TEST(Plan, EvaluatesConstantExpressions) {
  Lowered module(R"((module (global i32
    (i32.mul (i32.sub (i32.const 1) (i32.const 3)) (i32.const 0x7fffffff)))))");
  const GlobalPlace &place =
      module.program->globals.at(module.source.module->globals[0]->name);
  EXPECT_EQ(place.kind, GlobalKind::Constant);
  EXPECT_EQ(place.value.geti32(), 2);
}

TEST(Plan, MakesArraysOfTablesThatNeverChange) {
  Lowered module(R"((module
    (import "m" "f" (func $import))
    (table 5 funcref)
    (elem (i32.const 1) func $a $import)
    (elem (i32.const 2) func $a)
    (func $a)))");
  ASSERT_EQ(module.program->staticTables.size(), 1u);
  // In the order of the segments; function indices plus one.
  EXPECT_EQ(module.program->staticTables[0].functions,
            std::vector<uint32_t>({0, 2, 2, 0, 0}));
}

TEST(Plan, KeepsTablesThatCanChange) {
  EXPECT_EQ(staticTables("(module (table 1 funcref))"), 1u);
  EXPECT_EQ(staticTables("(module (table 1 funcref) (table 1 externref))"), 1u);
  EXPECT_EQ(staticTables("(module (table (export \"t\") 1 funcref))"), 0u);
  for (std::string_view code :
       {"(drop (table.get 0 (i32.const 0)))",
        "(table.set 0 (i32.const 0) (ref.null func))",
        "(drop (table.grow 0 (ref.null func) (i32.const 1)))",
        "(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))",
        "(table.copy 0 0 (i32.const 0) (i32.const 0) (i32.const 0))",
        "(table.copy 1 0 (i32.const 0) (i32.const 0) (i32.const 0))",
        "(table.init 0 $e (i32.const 0) (i32.const 0) (i32.const 0))"})
    EXPECT_EQ(staticTables("(module (table 1 funcref) (table (export \"u\") 1 "
                           "funcref) (elem $e funcref) (func " +
                           std::string(code) + "))"),
              0u)
        << code;
  for (std::string_view code :
       {"(drop (table.size 0))", "(call_indirect 0 (i32.const 0))"})
    EXPECT_EQ(staticTables("(module (table 1 funcref) (func " +
                           std::string(code) + "))"),
              1u)
        << code;
}

// What traps at instantiation, or depends on imports, is the host's business.
TEST(Plan, KeepsTablesWithoutKnownContents) {
  EXPECT_EQ(staticTables("(module (table 1 funcref) (func $f)"
                         " (elem (i32.const 1) func $f))"),
            0u);
  EXPECT_EQ(staticTables("(module (table 1 funcref) (func $f)"
                         " (elem (i32.const -1) func $f))"),
            0u);
  EXPECT_EQ(staticTables("(module (import \"m\" \"g\" (global i32))"
                         " (table 1 funcref) (func $f)"
                         " (elem (global.get 0) func $f))"),
            0u);
  EXPECT_EQ(staticTables("(module (import \"m\" \"g\" (global funcref))"
                         " (table 1 funcref)"
                         " (elem (i32.const 0) funcref (global.get 0)))"),
            0u);
  // A null is known.
  EXPECT_EQ(staticTables("(module (table 1 funcref)"
                         " (elem (i32.const 0) funcref (ref.null func)))"),
            1u);
}

TEST(Plan, NumbersFunctionsAndTypes) {
  Lowered module(R"((module
    (import "m" "f" (func (param v128)))
    (func (param i32 v128 i64) (local v128) (call 0 (local.get 1)))))");
  EXPECT_TRUE(module.function(0).imported);
  EXPECT_FALSE(module.function(1).imported);
  EXPECT_EQ(module.function(0).paramSlots, 2u);
  EXPECT_EQ(module.function(1).paramSlots, 4u);
  Program &program = *module.program;
  wasm::HeapType a = program.functions[0].source->type.getHeapType();
  wasm::HeapType b = program.functions[1].source->type.getHeapType();
  uint32_t number = program.typeNumber(a);
  EXPECT_NE(program.typeNumber(b), number);
  EXPECT_EQ(program.typeNumber(a), number);
}

TEST(Plan, TakesAPrefixThatTheGuestDoesNotUse) {
  EXPECT_EQ(Lowered("(module (func $f))").program->ownPrefix, "ireko.");
  EXPECT_EQ(Lowered("(module (func $ireko.run))").program->ownPrefix,
            "ireko..");
  EXPECT_EQ(
      Lowered("(module (func $ireko..a) (func $ireko.b))").program->ownPrefix,
      "ireko...");
}

TEST(Plan, FindsEqualColdOperators) {
  Lowered module(R"((module (memory 1) (func
    (drop (memory.grow (i32.const 1)))
    (drop (memory.grow (i32.const 2)))
    (memory.fill (i32.const 1) (i32.const 2) (i32.const 3)))))");
  module.lower();
  EXPECT_EQ(module.program->coldOperators.size(), 2u);
  EXPECT_FALSE(module.program->coldOperators[0].leavesVm);
}

} // namespace
