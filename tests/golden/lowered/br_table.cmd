ireko inspect --show functions --no-regions -O0 br_table.wat
ireko inspect --show functions --no-regions br_table.wat
