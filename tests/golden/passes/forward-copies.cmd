# Who reads the copy can read the original. The other value is moved once and
# dead then, so it is put where it is moved to.
. ./show.sh forward-copies
