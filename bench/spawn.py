"""Runs a command and tells what it took. measure.spawned() starts this as a
process of its own:

    python3 -I -S spawn.py RESULT COMMAND...

Linux counts to a process what its parent had in memory when it was started.
This script imports next to nothing, so that its own 10 MB are less than what
any host of the benchmarks uses. RESULT gets four lines: seconds from start to
end, seconds of the processor, most KB of memory, exit code.
"""

import os
import sys
import time

result, *command = sys.argv[1:]
started = time.perf_counter()
process = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - started
with open(result, "w", encoding="ascii") as file:
    file.write(f"{seconds}\n{usage.ru_utime + usage.ru_stime}\n"
               f"{usage.ru_maxrss}\n{os.waitstatus_to_exitcode(status)}\n")
