ireko inspect --show functions --no-regions -O0 memory.wat
ireko inspect --show functions --no-regions memory.wat
