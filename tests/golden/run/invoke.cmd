# Exports print their results alike on the hosts that can call them. Wasmtime
# warns that this is experimental.
for host in wasmtime node bun wasmi; do
  echo "$host"
  ireko run types.wat --host $host --invoke swap -- -1 9223372036854775807 \
    2>> "$OUT/warnings"
  ireko run types.wat --host $host --invoke halve -- 0.2 -1e21 \
    2>> "$OUT/warnings"
  ireko run types.wat --host $host --invoke none 2>> "$OUT/warnings"
done
grep -v "^warning: using .--invoke. with a function that .* is experimental" \
  "$OUT/warnings"
true
