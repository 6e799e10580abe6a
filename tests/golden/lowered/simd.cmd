ireko inspect -O0 simd.wat
ireko inspect simd.wat
