# A guest's exit code is ours, on every host, packed or not.
for host in wasmtime node bun wazero wasmi; do
  ireko run exit.wat --host $host
  echo "$host: $?"
  ireko run exit.wat --host $host --plain
  echo "$host, plain: $?"
done
