# Nothing is written in the start function, before hosts take calls; what was
# counted there is in the profile all the same.
for host in wasmtime node bun wazero wasmi; do
  ireko run start.wat --host $host --profile "$OUT/$host"
  echo "$host: $?"
  cmp "$OUT/wasmtime" "$OUT/$host"
done
ireko inspect start.wat --after lower --profile "$OUT/node" | awk '
  /^function/ { sub(":.*", ""); name = $0 }
  / ran / { sub("^ *", ""); sub(":.*;;", ""); print name ": " $0 }'
# A program that ends there has no profile.
ireko run ../run/start_traps.wat --host node --profile "$OUT/none"
echo "exit code $?"
ls "$OUT"
