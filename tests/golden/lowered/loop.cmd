ireko inspect --no-regions -O0 loop.wat
ireko inspect --no-regions loop.wat
