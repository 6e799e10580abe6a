ireko diff --help
