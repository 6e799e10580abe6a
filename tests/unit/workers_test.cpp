//===- workers_test.cpp - Threads that share the work on many items
//--------===//

#include "rewriter/workers.h"

#include "lowering_helpers.h"
#include "rewriter/pack.h"

#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <thread>

using namespace ireko;
using namespace ireko::test;

namespace {

TEST(Workers, CallEachNumberOnce) {
  for (unsigned jobs : {0u, 1u, 2u, 5u}) {
    Workers workers(jobs);
    for (size_t count : {0, 1, 2, 3, 1000, 1}) {
      std::vector<unsigned> calls(count);
      workers.forEach(count, [&](size_t i) { ++calls[i]; });
      EXPECT_EQ(calls, std::vector<unsigned>(count, 1)) << jobs;
    }
  }
}

TEST(Workers, WorkAtTheSameTime) {
  Workers workers(3);
  std::mutex mutex;
  std::condition_variable all;
  std::set<std::thread::id> threads;
  workers.forEach(3, [&](size_t) {
    std::unique_lock lock(mutex);
    threads.insert(std::this_thread::get_id());
    all.notify_all();
    all.wait(lock, [&] { return threads.size() == 3; });
  });
  EXPECT_EQ(threads.size(), 3u);
}

/// Takes at least 4 KiB of stack a level.
uint64_t recurse(unsigned levels) {
  volatile char frame[4096];
  frame[0] = char(levels);
  return levels ? recurse(levels - 1) + uint64_t(frame[0] == char(levels)) : 0;
}

TEST(Workers, HaveDeepStacks) {
  Workers workers(2);
  std::mutex mutex;
  std::condition_variable both;
  unsigned started = 0;
  std::vector<uint64_t> results(2);
  std::thread::id caller = std::this_thread::get_id();
  workers.forEach(2, [&](size_t i) {
    {
      std::unique_lock lock(mutex);
      ++started;
      both.notify_all();
      both.wait(lock, [&] { return started == 2; });
    }
    // The caller's own stack is what it is.
    results[i] = std::this_thread::get_id() == caller ? 0 : recurse(20000);
  });
  EXPECT_EQ(results[0] + results[1], 20000u);
}

/// Functions that have numbered things in common and of their own: cold
/// operators, types, shapes, and trees that are too large for a handler.
std::string manyFunctions() {
  std::string text =
      "(module (memory 1) (table 4 funcref) (elem (i32.const 0) $f0 $f1)";
  for (int i = 0; i < 60; ++i) {
    std::string n = std::to_string(i);
    text += "(func $f" + n + " (param i32) (result i32) (local i64) ";
    for (int k = 0; k < i % 7; ++k)
      text += "(i32.store offset=" + std::to_string(k * i) +
              " (i32.add (local.get 0) (i32.const " + n +
              ")) (i32.mul (i32.load (local.get 0)) (i32.xor (local.get 0) "
              "(i32.const " +
              std::to_string(k) + "))))";
    if (i % 3 == 0)
      text += "(drop (memory.grow (i32.const " + n + ")))";
    if (i % 4 == 0)
      text += "(memory.fill (i32.const 0) (local.get 0) (i32.const " + n + "))";
    if (i % 5 == 0)
      text += "(local.set 1 (call_indirect (param i64" +
              std::string(i % 10 == 0 ? " i64" : "") +
              ") (result i64) (i64.const 1)" +
              (i % 10 == 0 ? "(i64.const 2)" : "") + "(local.get 0)))";
    text += "(loop (br_if 0 (call $f" + std::to_string((i + 1) % 60) +
            " (local.get 0)))) (i32.wrap_i64 (local.get 1)))";
  }
  return text + "(export \"f\" (func $f0)))";
}

TEST(Workers, LeaveNoTraceInTheBundle) {
  std::string text = manyFunctions();
  for (int level : {0, 2}) {
    auto pack = [&](unsigned jobs) {
      auto bundle = packModule(readText(text),
                               {.optLevel = level, .jobs = jobs}, nullptr);
      EXPECT_TRUE(bool(bundle));
      return bundle ? std::move(*bundle) : std::vector<uint8_t>();
    };
    std::vector<uint8_t> alone = pack(1);
    for (unsigned jobs : {2u, 5u, 16u})
      EXPECT_EQ(pack(jobs), alone) << jobs;
  }
}

} // namespace
