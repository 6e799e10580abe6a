IREKO_HOST_WASMI=/nowhere/wasmi ireko hosts
