# What each pass changes.
see() { ireko inspect flags.wat --function step --after "$1"; }
see lower
before=lower
for pass in $(ireko inspect --help | sed -n '/^PASS/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
  echo "after $pass:"
  diff <(see "$before") <(see "$pass")
  before=$pass
done
