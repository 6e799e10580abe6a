# One screen, defaults and an example.
ireko run --help
