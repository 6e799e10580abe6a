ireko inspect -O0 loop.wat
ireko inspect loop.wat
