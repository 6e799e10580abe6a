// Static estimates of how often code runs, relative to one call of an export.

#ifndef IREKO_REWRITER_WEIGHTS_H
#define IREKO_REWRITER_WEIGHTS_H

#include "rewriter/lowered.h"

namespace ireko {

class Weights {
public:
  // A loop is taken to run this often each time it is entered, a chain of
  // calls to recur this often.
  static constexpr double kLoop = 8;
  static constexpr double kMax = 1e9;

  explicit Weights(const Program &program);

  double ofFunction(uint32_t function) const { return functions[function]; }
  double ofBlock(uint32_t function, const Block &block) const;

private:
  std::vector<double> functions;
};

} // namespace ireko

#endif // IREKO_REWRITER_WEIGHTS_H
