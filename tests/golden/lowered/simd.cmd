ireko inspect --show functions --no-regions -O0 simd.wat
ireko inspect --show functions --no-regions simd.wat
