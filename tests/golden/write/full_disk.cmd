# Every write to /dev/full fails as on a full disk.
ireko pack ok.wat -o /dev/full
