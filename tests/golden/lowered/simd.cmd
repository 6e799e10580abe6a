ireko inspect --no-regions -O0 simd.wat
ireko inspect --no-regions simd.wat
