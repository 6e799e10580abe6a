ireko
