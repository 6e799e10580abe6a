# Nothing but the one line on a terminal; script(1) gives it one.
script -qec "ireko pack ok.wat -o -" /dev/null | tr -d "\r"
