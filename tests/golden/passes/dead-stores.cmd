# Nothing reads these values. The load may trap, so it stays, without its
# result.
. ./show.sh dead-stores
