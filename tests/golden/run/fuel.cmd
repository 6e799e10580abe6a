# A limit ends a program in which nothing else traps, and says so.
for host in wasmtime node; do
  for fuel in 99 98; do
    for how in --all-regions --no-regions; do
      ireko run fuel.wat --host $host --fuel $fuel $how 2> "$OUT/errors"
      echo "$host, $fuel, $how: $?"
      grep "^ireko: trap" "$OUT/errors"
    done
  done
done
true
