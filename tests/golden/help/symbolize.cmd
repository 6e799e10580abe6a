ireko symbolize --help
