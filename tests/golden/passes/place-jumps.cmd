# The stream goes on with the next block unless something says otherwise: where
# the other way of a branch leads elsewhere, a block that jumps there comes
# between.
. ./show.sh place-jumps
