ireko completion tcsh
ireko completion
