ireko inspect --no-regions -O0 multi_value.wat
ireko inspect --no-regions multi_value.wat
