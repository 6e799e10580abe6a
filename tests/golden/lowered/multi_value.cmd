ireko inspect --show functions --no-regions -O0 multi_value.wat
ireko inspect --show functions --no-regions multi_value.wat
