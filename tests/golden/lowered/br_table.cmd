ireko inspect --no-regions -O0 br_table.wat
ireko inspect --no-regions br_table.wat
