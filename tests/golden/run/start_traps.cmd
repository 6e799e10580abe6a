# A trap of the VM in the start function is a trap on every host, as the plain
# program's, also where WASI takes no call before instantiation is over. It has
# no message there; one after it has.
for app in start_traps start_returns; do
  for host in wasmtime node bun wazero wasmi; do
    ireko run $app.wat --host $host --plain > "$OUT/output" 2>&1
    plain=$?
    # Not all hosts have more than one memory.
    layouts="single"
    [ $host = wasmi ] || [ $host = wazero ] || layouts="single separate"
    for options in "" --print-fuel; do
      for layout in $layouts; do
        ireko run $app.wat --host $host --layout $layout $options \
          2> "$OUT/errors"
        echo "$app, $host, $layout${options:+, $options}: $? $plain"
        grep "^ireko: " "$OUT/errors"
        grep -i "wasi.*start" "$OUT/errors"
      done
    done
  done
done
true
