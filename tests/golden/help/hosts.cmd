# One screen, defaults and an example.
ireko hosts --help
