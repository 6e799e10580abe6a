ireko inspect -O0 multi_value.wat
ireko inspect multi_value.wat
