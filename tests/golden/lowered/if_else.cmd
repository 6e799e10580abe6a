ireko inspect --show functions --no-regions -O0 if_else.wat
ireko inspect --show functions --no-regions if_else.wat
