# Lowering makes a block for each label. Those that only jump on are passed
# over; one with a single way in joins the block that leads there.
. ./show.sh merge-blocks
