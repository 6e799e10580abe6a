# A loop body becomes one instruction.
ireko inspect sum.wat
