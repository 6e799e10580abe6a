ireko inspect --no-regions -O0 calls.wat
ireko inspect --no-regions calls.wat
