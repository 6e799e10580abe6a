ireko --version
