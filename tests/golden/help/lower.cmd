# One screen, and an example.
ireko lower --help
