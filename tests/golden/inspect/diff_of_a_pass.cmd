# What a pass changes, as a difference; and of all functions, those it changed.
ireko inspect flags.wat --function step --diff thread-jumps
ireko inspect flags.wat --diff place-jumps
ireko inspect sum.wat --diff=thread-jumps
ireko inspect sum.wat --diff lower
ireko inspect sum.wat --diff dead-stores --after dead-stores
ireko inspect sum.wat --diff dead-stores --format json
ireko inspect sum.wat --diff dead-stores --function none
