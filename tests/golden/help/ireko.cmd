# One screen, and an example.
ireko --help
