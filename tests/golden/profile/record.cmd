# Counts are exact, and the same on every host, however the program ends. What
# traps is the host's trap, or the VM's.
ran() {
  ireko inspect ends.wat --after lower --profile "$1" | awk '
    /^function/ { sub(":.*", ""); name = $0 }
    / ran / { sub("^ *", ""); sub(":.*;;", ""); print name ": " $0 }'
}
for host in wasmtime node bun wazero wasmi; do
  ireko run ends.wat --host $host --profile "$OUT/$host"
  cmp "$OUT/wasmtime" "$OUT/$host"
done
ran "$OUT/wasmtime"
for host in wasmtime node bun wasmi; do
  ireko run ends.wat --host $host --profile "$OUT/$host" --invoke load -- 1000 \
    2> "$OUT/messages"
  cmp "$OUT/wasmtime" "$OUT/$host"
done
for end in return exit trap load wrap store divide overflow truncate null \
  null_real get fill deep; do
  ireko run ends.wat --host wasmi --profile "$OUT/$end" --invoke $end -- 1000 \
    2> "$OUT/messages"
  echo "$end: $?"
  ran "$OUT/$end"
done
