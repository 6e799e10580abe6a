#include "rewriter/rehearsal.h"

#include <algorithm>

#include "rewriter/rehearsal_machine.h"

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

// Slots of all frames together.
constexpr size_t kStackSlots = 1 << 20;

class Rehearsal {
public:
  Rehearsal(Program &program, uint64_t steps)
      : program(program), machine(program, steps), stack(kStackSlots) {}

  // From an outermost call until it returns, or the machine stops.
  void call(uint32_t function);
  bool mayGoOn() const { return machine.stepsLeft() && !machine.hasStopped(); }
  uint64_t stepsLeft() const { return machine.stepsLeft(); }

private:
  struct Activation {
    Function *function;
    BlockIndex block; // where it goes on
    size_t frame;
  };

  void runBlock(Block &block);
  void enter(uint32_t function, size_t at);
  void leave(const Terminator &end);
  void leaveTail(const Terminator &end, uint32_t callee);
  // Of an indirect call, or none.
  std::optional<uint32_t> callee(const Terminator &end);
  uint64_t *slots() { return &stack[frame]; }

  Program &program;
  RehearsalMachine machine;
  std::vector<uint64_t> stack;
  std::vector<Activation> callers;
  Function *function = nullptr;
  BlockIndex next = 0;
  size_t frame = 0;
};

void Rehearsal::enter(uint32_t number, size_t at) {
  Function &entered = program.functions[number];
  if (entered.blocks.empty() || at + entered.frameSlots > stack.size())
    return machine.stop();
  function = &entered;
  frame = at;
  next = entered.layout.front();
  uint32_t cleared = entered.localSlots - entered.paramSlots;
  machine.spend(cleared * kSlotBytes / RehearsalMachine::kBytesPerStep);
  std::fill_n(&stack[at + kFirstSlot + entered.paramSlots], cleared, 0);
}

void Rehearsal::leave(const Terminator &end) {
  if (end.tree)
    slots()[kFirstSlot] = machine.value(end.tree, slots());
  function = nullptr;
  if (callers.empty())
    return;
  function = callers.back().function;
  next = callers.back().block;
  frame = callers.back().frame;
  callers.pop_back();
}

std::optional<uint32_t> Rehearsal::callee(const Terminator &end) {
  if (end.kind == Kind::Call || end.kind == Kind::TailCall)
    return end.callee;
  return program.calledElement(end, machine.value(end.tree, slots()));
}

void Rehearsal::runBlock(Block &block) {
  ++block.count;
  machine.spend(block.statements.size() + 1);
  for (Expression *statement : block.statements)
    machine.statement(statement, slots());
  const Terminator &end = block.end;
  next = end.next;
  switch (end.kind) {
  case Kind::Jump:
    return;
  case Kind::Branch:
    if ((uint32_t(machine.value(end.tree, slots())) != 0) != end.negated)
      next = end.targets[0];
    return;
  case Kind::Switch: {
    uint32_t index = machine.value(end.tree, slots());
    next = end.targets[std::min<size_t>(index, end.targets.size() - 1)];
    return;
  }
  case Kind::Call:
  case Kind::CallIndirect:
    if (auto called = callee(end)) {
      callers.push_back({function, end.next, frame});
      return enter(*called, frame + end.frame);
    }
    return machine.stop();
  case Kind::TailCall:
  case Kind::TailCallIndirect:
    if (auto called = callee(end)) {
      std::copy_n(slots() + end.frame + kFirstSlot, end.argSlots,
                  slots() + kFirstSlot);
      return enter(*called, frame);
    }
    return machine.stop();
  case Kind::Cold:
    return machine.cold(program.coldOperators[end.callee], slots() + end.frame);
  case Kind::Return:
    return leave(end);
  case Kind::None:
  case Kind::Enter:
  case Kind::Trap:
    return machine.stop();
  }
}

void Rehearsal::call(uint32_t number) {
  enter(number, 0);
  while (function && mayGoOn())
    runBlock(function->blocks[next]);
}

} // namespace

uint64_t rehearsalSteps(uint64_t codeBytes) {
  constexpr uint64_t kPerByte = 16, kLeast = 1 << 20, kMost = 128 << 20;
  return std::clamp(kPerByte * codeBytes, kLeast, kMost);
}

uint64_t rehearse(Program &program, uint64_t steps) {
  program.workers.beginPhase("rehearse");
  Module &module = program.module;
  Rehearsal rehearsal(program, steps);
  if (module.start.is())
    rehearsal.call(program.functionIndex.at(module.start));
  for (const char *name : {"_initialize", "_start"}) {
    Export *item = module.getExportOrNull(name);
    if (item && item->kind == ExternalKind::Function && rehearsal.mayGoOn())
      rehearsal.call(program.functionIndex.at(*item->getInternalName()));
  }
  uint64_t run = steps - rehearsal.stepsLeft();
  program.counts = run ? Counts::Rehearsed : Counts::None;
  return run;
}

} // namespace ireko
