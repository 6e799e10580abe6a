ireko inspect --no-regions -O0 tail_calls.wat
ireko inspect --no-regions tail_calls.wat
