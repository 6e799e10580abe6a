# A signal sent to the tool ends the host, then the tool by the same signal;
# the temporary files are gone.
export TMPDIR=$OUT
for host in wasmtime node; do
  for signal in TERM INT; do
    # A background job of a script ignores SIGINT; not so here.
    env --default-signal=INT ireko run loop.wat --host $host 2>&1 &
    # The host runs once it has a file to run.
    until ls "$OUT"/ireko-*/*.wasm > "$OUT/found" 2>/dev/null; do sleep 0.1; done
    sleep 1
    kill -$signal $!
    wait $! 2> "$OUT/note"
    echo "$host, SIG$signal: $(kill -l $?), $(ls -d "$OUT"/ireko-* 2>/dev/null)"
  done
done
