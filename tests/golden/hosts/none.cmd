tool=$(command -v ireko)
IREKO_CACHE=$OUT PATH=$OUT "$tool" run ../usage/ok.wat
