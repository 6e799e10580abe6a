ireko inspect --no-regions -O0 if_else.wat
ireko inspect --no-regions if_else.wat
