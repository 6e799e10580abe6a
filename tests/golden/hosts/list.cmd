# Hosts are looked for in the cache, then in PATH; a variable goes first. Those
# here only print a version.
tool=$(command -v ireko)
fake() {
  mkdir -p "$(dirname "$OUT/$1")"
  printf '#!/bin/sh\necho "%s"\n' "$2" > "$OUT/$1"
  chmod +x "$OUT/$1"
}
fake cache/hosts/wasmtime 'wasmtime 49.0.3 (f96eabaa1 2026-10-14)'
fake cache/hosts/wasmi 'something odd'
fake path/wasmtime 'wasmtime 1.0.0'
fake path/node v20.20.2
fake path/wazero v1.12.0
fake elsewhere/bun 1.4.5
mkdir "$OUT/path/deno"
IREKO_CACHE=$OUT/cache PATH=$OUT/path IREKO_HOST_BUN=$OUT/elsewhere/bun \
  "$tool" hosts
