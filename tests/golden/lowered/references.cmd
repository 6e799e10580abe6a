ireko inspect --no-regions -O0 references.wat
ireko inspect --no-regions references.wat
