# The page itself is in completion/man.
ireko man --help
