ireko run ok.wat --host netscape
