# A loop body becomes one instruction.
ireko inspect --no-regions sum.wat --show functions
