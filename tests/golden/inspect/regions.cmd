# Where the stream enters a region: at the function's start, and at the header
# of the outermost loop, but not at that of the loop within.
ireko inspect nest.wat --function sum
