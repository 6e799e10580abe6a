# A function's blocks before and after the pass $1, from the file of that name.
pass=$1
shift
before=$(ireko inspect --help | awk -v pass="$pass" '
  on && $1 == pass { print last; exit }
  on { last = $1 }
  /^PASS/ { on = 1 }')
ireko inspect "$pass.wat" --function f --after "$before" "$@"
ireko inspect "$pass.wat" --function f --after "$pass" "$@"
