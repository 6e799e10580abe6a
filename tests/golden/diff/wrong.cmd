# What is no option of how to pack, and what cannot be read.
ireko diff sum.wat --right="--function=sum"
ireko diff sum.wat --right="-O7"
ireko diff sum.wat --left="sum.wat"
ireko diff sum.wat --format=html
ireko diff sum.wat --format=yaml
ireko diff sum.wat none.wasm
ireko diff sum.wat --profile sum.wat
ireko diff
