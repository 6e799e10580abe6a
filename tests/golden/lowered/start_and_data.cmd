ireko inspect --no-regions -O0 start_and_data.wat
ireko inspect --no-regions start_and_data.wat
