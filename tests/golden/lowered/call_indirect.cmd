ireko inspect --show functions --no-regions -O0 call_indirect.wat
ireko inspect --show functions --no-regions call_indirect.wat
