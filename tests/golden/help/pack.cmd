# One screen, defaults and an example.
ireko pack --help
