# One screen, defaults and an example.
ireko vm --help
