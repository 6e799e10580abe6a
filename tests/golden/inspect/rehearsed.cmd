# In a rehearsal, what runs is counted.
ireko inspect hot.wat --show regions --rehearsal 1000 | head -n 1
ireko inspect hot.wat --show regions --rehearsal 1000 --function 0 | sed -n 2p | sed -E 's/[0-9.]+/N/g'
