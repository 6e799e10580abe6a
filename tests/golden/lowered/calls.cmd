ireko inspect --show functions --no-regions -O0 calls.wat
ireko inspect --show functions --no-regions calls.wat
