#include "rewriter/region_code.h"

using namespace wasm;

namespace ireko {

// (count): what an activation that goes on counts down from: the longer, the
// more often it was restarted, with that in the lowest bits. Where counts are
// exact: (level), how often it was. One that the stream has handed back was not
// restarted once more, and stays as it is. A count that runs out is the
// caller's to renew, so all this is code that few activations run, and one
// function for all.
//
// Who has restarted it moves the limit back, but does not look at it before:
// hosts would keep it in a register from the start on.
void Codegen::addResume() {
  auto function = Builder::makeFunction(program.own(kResume),
                                        Signature(Type::i32, Type::i32), {});
  Index level = Builder::addVar(function.get(), Type::i32);
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  Expression *longer = builder.makeBinary(
      ShlInt32, get(0),
      builder.makeBinary(MulInt32, get(level), i32(Restarts::kShift)));
  function->body = builder.makeBlock(
      {builder.makeLocalSet(
           level, builder.makeBinary(ShrUInt32, loadGlobal(kEntryGlobal),
                                     i32(Restarts::kLevelShift))),
       builder.makeIf(get(level), moveFrameLimit(-Restarts::kReach)),
       countsExactly() ? builder.makeSelect(get(level), get(level), get(0))
                       : add(longer, get(level))},
      Type::i32);
  bundle.addFunction(std::move(function));
}

// (fp, loop, level): the fp with which a region calls itself. The loop's number
// is above kBase; unless counts are exact, the level is in the count's lowest
// bits.
void Codegen::addRestart() {
  auto function = Builder::makeFunction(
      program.own(kRestart),
      Signature({Type::i32, Type::i32, Type::i32}, Type::i32), {});
  enum { kFrame, kLoop, kLevel };
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  Expression *level = get(kLevel);
  if (!countsExactly())
    level = builder.makeBinary(AndInt32, level, i32(Restarts::kCountStep - 1));
  Expression *next = builder.makeBinary(ShlInt32, add(level, i32(1)),
                                        i32(Restarts::kLevelShift));
  Expression *loop =
      builder.makeBinary(SubInt32, get(kLoop), i32(Restarts::kBase));
  function->body = builder.makeBlock(
      {storeGlobal(kEntryGlobal, builder.makeBinary(OrInt32, loop, next)),
       builder.makeBinary(OrInt32, get(kFrame), i32(kGoesOn))},
      Type::i32);
  bundle.addFunction(std::move(function));
}

// Hosts that compile in tiers do not replace code that runs: an outermost loop
// whose count has run out calls its region again, which goes on with the loop.
// This happens a few times for an activation, each time after eight times as
// long, since the better code may not be there yet.
void RegionBuilder::addRestart(Code &code) {
  std::vector<Expression *> operands;
  for (Type type : out->getParams())
    operands.push_back(builder.makeConst(Literal::makeZero(type)));
  operands[0] = builder.makeCall(
      gen.program.own(kRestart),
      {fp(), get(restarted), get(gen.countsExactly() ? level : count)},
      Type::i32);
  Type type = out->getResults();
  Expression *call = builder.makeCall(out->name, operands, type);
  Expression *result = nullptr;
  if (type != Type::none) {
    Index kept = Builder::addVar(out, type);
    call = builder.makeLocalSet(kept, call);
    result = get(kept);
  }
  Code again;
  if (gen.countsExactly()) {
    Expression *longer = builder.makeBinary(
        ShlInt32, gen.i32(gen.safepoints.interval),
        builder.makeBinary(MulInt32, get(level), gen.i32(Restarts::kShift)));
    // The region counts once more.
    again.push_back(gen.storeGlobal(
        kCountGlobal,
        gen.add(gen.draw(longer, gen.i32(gen.image.entries[region.function])),
                gen.i32(1))));
  }
  again.push_back(call);
  again.push_back(gen.moveFrameLimit(Restarts::kReach));
  again.push_back(builder.makeReturn(result));
  code.push_back(builder.makeIf(get(restarted), sequence(std::move(again))));
}

} // namespace ireko
