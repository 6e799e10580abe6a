ireko inspect -O0 br_table.wat
ireko inspect br_table.wat
