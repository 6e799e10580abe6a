ireko inspect --show functions --no-regions -O0 loop.wat
ireko inspect --show functions --no-regions loop.wat
