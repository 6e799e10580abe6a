ireko inspect -O0 tail_calls.wat
ireko inspect tail_calls.wat
