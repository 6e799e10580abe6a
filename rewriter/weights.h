// How often code runs: counts, if the program has a profile (profile.h) or was
// rehearsed (rehearsal.h), else static estimates.
//
// Counts are given as so many of kProfiled instructions that ran, so that they
// do not depend on how long the program was counted.
//
// In a small program calls can be followed from the exports down; in a big one
// what is called from many places is the better guess. So a function has a
// frequency, relative to one call of an export, and a rank, which is what
// PageRank gives it in the call graph (Page, Brin, Motwani and Winograd, "The
// PageRank citation ranking", 1999). Within a function each loop counts a
// constant, and code that is not expected to run counts little, in the spirit
// of Ball and Larus, "Branch prediction for free" (1993). Among the blocks of
// one function, what flows to each of them tells more, as Wu and Larus have it,
// "Static branch frequency and program profile analysis" (1994).

#ifndef IREKO_REWRITER_WEIGHTS_H
#define IREKO_REWRITER_WEIGHTS_H

#include "rewriter/lowered.h"

namespace ireko {

// What is expected of a condition. A global that is tested is a flag of the
// whole program, which says that something rare is going on: that Asyncify
// unwinds the stack, say.
enum class Guess { None, True, False };

// Whether the Branch at the block's end goes to its target.
Guess guessBranch(const Block &block);

// How many cases the switch of an interpreter's loop has, if they are so many;
// 0: the function is no interpreter.
uint32_t interpretedCases(const Function &function, uint32_t least = 64);

class Weights {
public:
  // A loop is taken to run this often each time it is entered.
  static constexpr double kLoop = 8;
  static constexpr double kMax = 1e9;

  explicit Weights(const Program &program);

  // All statements and terminators that ran while the program was counted.
  static constexpr double kProfiled = 1e6;

  bool areCounts() const { return program.counts != Counts::None; }
  // How often the block runs.
  double ofBlock(uint32_t function, BlockIndex block) const;
  // How often the block is expected to run in one call of the function, by the
  // flow of control through it.
  double inOneCall(uint32_t function, BlockIndex block) const;
  // The function's, in the call graph; a guess, with counts too.
  double rankOf(uint32_t function) const;
  // What a pattern counts for being in this block, when handlers are chosen.
  // Hot code counts more, but not so much that it takes all if these are
  // guesses. With counts it is what ofBlock says, and a little for what did not
  // run.
  double scoreOf(uint32_t function, BlockIndex block) const;

private:
  struct Call {
    uint32_t caller, callee;
    double perCall; // how often it happens in one call of the caller
    double share;   // of all calls that the caller is expected to make
  };
  void scaleCounts();
  double guessedScore(uint32_t function, BlockIndex block) const;
  void estimateFrequencies(const std::vector<Call> &calls);
  void rank(const std::vector<Call> &calls);
  // How often the block runs in one call of the function.
  double perCall(uint32_t function, BlockIndex block) const;

  const Program &program;
  std::vector<double> frequencies, ranks;
  std::vector<std::vector<float>> likely;   // by block, from 0 to 1
  std::vector<std::vector<float>> expected; // by block, of Likelihood
  // With counts: from counts and from guessed scores to weights.
  double countScale = 0, guessScale = 0;
};

} // namespace ireko

#endif // IREKO_REWRITER_WEIGHTS_H
