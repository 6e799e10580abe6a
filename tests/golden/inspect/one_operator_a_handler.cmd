ireko inspect sum.wat -O0 --show functions
