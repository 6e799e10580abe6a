# What leads to a trap goes behind the rest, and the branch over it the other way
# round. Nothing is known of the other branch: it stays as it is.
. ./show.sh order-blocks
