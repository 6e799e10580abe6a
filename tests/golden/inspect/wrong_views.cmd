ireko inspect sum.wat --show all
ireko inspect sum.wat --show handlers --sort name
ireko inspect sum.wat --sort uses
ireko inspect sum.wat --show summary --format=json
ireko inspect sum.wat --handler 1 --after lower
ireko inspect sum.wat --handler 1 --function sum
ireko inspect sum.wat --show handlers --function sum
ireko inspect sum.wat --handler one
echo "exit code $?"
