# Two ways jump to the function's end, which is short. Each gets a copy of it,
# and one run of statements less a jump. A small bundle (`-Os`) has one end.
. ./show.sh copy-ends
