ireko inspect --no-regions -O0 memory.wat
ireko inspect --no-regions memory.wat
