// Facts about the whole module that lowering and code generation agree on:
// where globals live, which tables can become arrays, what functions are
// numbered.

#ifndef IREKO_REWRITER_PROGRAM_H
#define IREKO_REWRITER_PROGRAM_H

#include <optional>

#include "rewriter/lowered.h"

namespace ireko {

// The value of a constant expression, unless it depends on an import.
std::optional<wasm::Literal> constantValue(const Program &program,
                                           wasm::Expression *expr);

// Numbers the functions, places the globals and finds the static tables of
// program.module. Functions have no blocks yet.
void planProgram(Program &program);

// The bytes of the globals that lie in linear memory.
std::vector<uint8_t> initialGlobals(const Program &program);

} // namespace ireko

#endif // IREKO_REWRITER_PROGRAM_H
