ireko inspect -O0 memory.wat
ireko inspect memory.wat
