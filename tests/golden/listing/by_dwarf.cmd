# Source lines from the DWARF in the module; text above an instruction holds for
# it and those below.
ireko inspect mean.wasm --function sum
ireko inspect mean.wasm --function mean -O0
