ireko inspect --no-regions -O0 call_indirect.wat
ireko inspect --no-regions call_indirect.wat
