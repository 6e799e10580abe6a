ireko inspect -O0 call_indirect.wat
ireko inspect call_indirect.wat
