# One screen, defaults and an example.
ireko inspect --help
