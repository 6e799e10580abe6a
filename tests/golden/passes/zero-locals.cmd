# A loop reads $sum before anything has written it. $later is always written
# first, and needs nothing.
. ./show.sh zero-locals
