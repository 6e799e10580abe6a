ireko run ok.wat --env NAME
