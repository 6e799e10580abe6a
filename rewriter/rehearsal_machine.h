// The state of a program in rehearsal, and the values of its trees.
//
// A value is 64 bits; of i32 and f32, the low half. There are no vectors and no
// references: whatever needs them stops the machine, as traps do.

#ifndef IREKO_REWRITER_REHEARSAL_MACHINE_H
#define IREKO_REWRITER_REHEARSAL_MACHINE_H

#include <algorithm>
#include <cstring>

#include "rewriter/lowered.h"
#include "llvm/ADT/DenseMap.h"

namespace ireko {

class RehearsalMachine {
public:
  // Runs at most so many steps: a statement is one, and so are these many bytes
  // of what moves many.
  RehearsalMachine(Program &program, uint64_t steps);
  static constexpr uint64_t kBytesPerStep = 64;

  void spend(uint64_t steps) { left -= std::min(left, steps); }
  uint64_t stepsLeft() const { return left; }
  // Why it ends is nobody's concern: after it, values mean nothing.
  void stop() { stopped = true; }
  bool hasStopped() const { return stopped; }

  // `frame`: of the function, by slot.
  uint64_t value(const wasm::Expression *tree, const uint64_t *frame);
  void statement(const wasm::Expression *tree, uint64_t *frame);
  // A cold operator, on its own frame.
  void cold(const ColdOperator &op, uint64_t *frame);

private:
  // Bytes, if they all lie in the guest's memory; else stops and returns null.
  uint8_t *bytesAt(uint64_t address, uint64_t size) {
    if (address + size <= memory.size())
      return memory.data() + address;
    stop();
    return nullptr;
  }
  template <typename T> T read(uint64_t address) {
    T result = 0;
    if (const uint8_t *from = bytesAt(address, sizeof(T)))
      memcpy(&result, from, sizeof(T));
    return result;
  }
  template <typename T> void write(uint64_t address, T what) {
    if (uint8_t *to = bytesAt(address, sizeof(T)))
      memcpy(to, &what, sizeof(T));
  }

  uint64_t load(const wasm::Load *curr, const uint64_t *frame);
  void store(const wasm::Store *curr, const uint64_t *frame);
  uint64_t unary(wasm::UnaryOp op, uint64_t a);
  uint64_t binary(wasm::BinaryOp op, uint64_t a, uint64_t b);
  // The result, or that of converting within these bounds, both excluded.
  template <typename Int, typename Float>
  uint64_t truncate(Float value, double low, double high);
  template <typename Int> uint64_t divide(wasm::BinaryOp op, Int a, Int b);

  // A host without anything (rehearsal_host.cpp); the result of a function of
  // WASI 0.1.
  uint32_t callHost(const wasm::Function &import, const uint64_t *arguments);
  uint32_t transfer(const uint64_t *arguments, bool isWrite);
  uint32_t growMemory(uint32_t pages);

  Program &program;
  std::vector<uint8_t> memory;
  uint64_t mostPages = 0;
  // By the global's name, which Binaryen has once.
  llvm::DenseMap<const char *, uint64_t> globals;
  uint64_t random = 1;
  uint64_t left;
  bool stopped = false;
};

} // namespace ireko

#endif // IREKO_REWRITER_REHEARSAL_MACHINE_H
