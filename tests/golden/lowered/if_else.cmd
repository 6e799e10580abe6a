ireko inspect -O0 if_else.wat
ireko inspect if_else.wat
