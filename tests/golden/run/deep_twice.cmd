# Where regions may recurse to depends on where the stream enters them, which may
# be far below the frame with which the host's stack was empty.
for options in --plain -O2 -Os "--safepoints 1000"; do
  ireko run deep_twice.wat $options --host node --invoke go -- 2500 6000
done
