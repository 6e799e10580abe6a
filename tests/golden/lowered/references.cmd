ireko inspect -O0 references.wat
ireko inspect references.wat
