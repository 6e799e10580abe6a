ireko inspect --show functions --no-regions -O0 start_and_data.wat
ireko inspect --show functions --no-regions start_and_data.wat
