ireko inspect sum.wat -O0
