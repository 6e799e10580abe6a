ireko inspect --show functions --no-regions -O0 tail_calls.wat
ireko inspect --show functions --no-regions tail_calls.wat
