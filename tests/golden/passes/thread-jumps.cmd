# Both tests ask the same: behind the first one, the outcome of the second is
# known, and control is led past it.
. ./show.sh thread-jumps
