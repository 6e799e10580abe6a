#!/usr/bin/env bash
# Sets up, builds (release, and debug with ASan and UBSan) and runs all tests,
# or only the groups that are named: ./test.sh unit spec
#
# Each group is a program that ends with a line "N passed, N failed, N skipped";
# all groups run even if one fails, two at a time, because many leave a core idle
# now and then. What a group printed is shown when it ends, and stays in
# build/test-logs. The table at the end adds them up.
cd "$(dirname "$(readlink -f "$0")")" || exit 1

# In the order in which they start: the longest first, so that the last two end
# at about the same time.
groups=(unit programs golden fuzz spec differential generic features exact bench wasi
  adapters runners hosts separate-spec separate-diff generic-spec generic-diff
  embedding docs report)
command_of() {
  case $1 in
  unit) echo tests/unit/run.sh ;;
  golden) echo tests/golden/run.py ;;
  docs) echo tests/docs/run.py ;;
  wasi) echo tests/wasi/run.py ;;
  adapters) echo tests/adapters/run.py ;;
  runners) echo tests/support/selfcheck.py ;;
  spec) echo tests/spec/run.py ;;
  differential) echo tests/differential/run.py ;;
  # With the guest's memory by itself: what it can change, at one level.
  separate-spec)
    echo tests/spec/run.py --layout separate --level 2r linking import export \
      memory data elem table global address align load store simd_address start
    ;;
  separate-diff) echo tests/differential/run.py --layout separate --count 100 ;;
  features) echo tests/features/run.py ;;
  fuzz) echo tests/fuzz/run.py ;;
  generic) echo tests/generic/run.py ;;
  # A part of the suite, and a hundredth of what the long runs do.
  generic-spec)
    echo tests/spec/run.py --generic wasm-v2/i32.wast wasm-v2/f64.wast \
      wasm-v2/conversions wasm-v2/call_indirect wasm-v2/memory_trap \
      wasm-v2/memory_fill wasm-v2/memory_init wasm-v2/data.wast \
      wasm-v2/switch wasm-v2/start wasm-v2/simd_shift
    ;;
  generic-diff) echo tests/generic/differential.py --count 60 ;;
  programs) echo tests/programs/run.py ;;
  # A part; the whole is one of the long runs.
  exact)
    echo tests/exact/run.py --only \
      "frames|caught|^(fib|dispatch|deep|args|trap|hello)"
    ;;
  hosts) echo tests/hosts/run.py ;;
  embedding) echo tests/embedding/run.py ;;
  report) echo tests/report/run.py ;;
  bench) echo bench/run --smoke ;;
  *)
    echo "ireko: error: there is no test group '$1' (${groups[*]})" >&2
    exit 2
    ;;
  esac
}
for group in "$@"; do
  command_of "$group" >/dev/null || exit
done

toolchain/setup.sh test || exit 1

logs=build/test-logs
mkdir -p "$logs"
for type in release debug; do
  echo "building ($type)" >&2
  if ! { cmake --preset "$type" && cmake --build --preset "$type"; } \
    >"$logs/build-$type.log" 2>&1; then
    tail -n 40 "$logs/build-$type.log" >&2
    echo "ireko: error: could not build ($type); see $logs/build-$type.log" >&2
    exit 1
  fi
done

# Before two groups want them.
samples/build.py >"$logs/samples.log" 2>&1 || {
  cat "$logs/samples.log" >&2
  exit 1
}

# Runs a group; shows its output, and leaves its counts and its time.
run_group() {
  local command start=$SECONDS code counts p f s
  read -ra command < <(command_of "$1")
  "${command[@]}" >"$logs/$1.log" 2>&1 &
  # The terminal's interrupt does not reach it.
  trap "kill $!; exit 1" TERM
  wait $!
  code=$?
  # A group that does not count, that tests nothing, or that fails without
  # naming a failure, has failed.
  counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' \
    "$logs/$1.log" | tail -n 1)
  read -r p _ f _ s _ <<<"${counts:-0 passed, 0 failed, 0 skipped}"
  [[ $p != 0 && $code == 0 || $f != 0 ]] || f=1
  echo "$p $f $s $((SECONDS - start))" >"$logs/$1.counts"
  {
    flock 9
    echo "--- $1"
    cat "$logs/$1.log"
  } 9>"$logs/lock"
}

chosen=("${@:-${groups[@]}}")
for group in "${chosen[@]}"; do
  rm -f "$logs/$group.counts"
done
trap 'kill $(jobs -rp) 2>/dev/null' EXIT
for group in "${chosen[@]}"; do
  while (($(jobs -rp | wc -l) >= 2)); do
    wait -n
  done
  run_group "$group" &
done
wait

table=
passed=0 failed=0 skipped=0
for group in "${chosen[@]}"; do
  read -r p f s seconds < <(cat "$logs/$group.counts" || echo 0 1 0 0)
  table+=$(printf '%-14s %8d %8d %8d %7ds' "$group" "$p" "$f" "$s" \
    "$seconds")$'\n'
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

printf '\n%-14s %8s %8s %8s %8s\n%s\n' group passed failed skipped time "$table"
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed == 0 && $passed != 0 ]]
