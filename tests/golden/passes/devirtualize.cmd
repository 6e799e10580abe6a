# Nothing writes to the table, so two of the elements are known. The third call
# traps, and still does.
. ./show.sh devirtualize
