# Names the shells.
ireko completion --help
