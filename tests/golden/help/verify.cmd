ireko verify --help
