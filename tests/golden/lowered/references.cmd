ireko inspect --show functions --no-regions -O0 references.wat
ireko inspect --show functions --no-regions references.wat
