ireko pack ok.wat
