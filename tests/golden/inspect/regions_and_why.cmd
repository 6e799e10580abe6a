# Which functions are regions; sizes of their code are left out.
ireko inspect nest.wat --show regions | sed -E 's/^( +[0-9]+ ) +[0-9]+/\1 N/'
ireko inspect nest.wat --show regions --budget 100 | sed -E 's/^( +[0-9]+ ) +[0-9]+/\1 N/'
ireko inspect nest.wat --show regions --no-regions
ireko pack -q nest.wat -o "$OUT/bundle.wasm"
ireko inspect "$OUT/bundle.wasm" --show regions
# All about one: why, its safepoints, and its code beside the stream; of the code
# here only the loops.
ireko inspect nest.wat --show regions --function sum |
  sed -E 's/(estimated|takes) [0-9]+/\1 N/g; /^ +\|/{/loop|br_if \$l|end \$l/!d}'
ireko inspect nest.wat --show regions --function sum --no-regions
ireko inspect "$OUT/bundle.wasm" --show regions --function sum
ireko inspect nest.wat --show regions --function none
