ireko inspect -O0 calls.wat
ireko inspect calls.wat
