# Generated from the definitions of the command line.
ireko completion fish
