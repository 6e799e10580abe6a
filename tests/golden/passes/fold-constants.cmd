# Additions join, a subtraction becomes an addition, constants come last, and
# what changes nothing goes. What traps stays.
. ./show.sh fold-constants
