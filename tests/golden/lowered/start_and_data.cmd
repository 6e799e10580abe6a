ireko inspect -O0 start_and_data.wat
ireko inspect start_and_data.wat
