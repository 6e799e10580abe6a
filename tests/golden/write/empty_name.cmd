ireko pack ok.wat -o ""
