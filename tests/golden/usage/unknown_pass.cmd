ireko inspect ok.wat --after fold-constants
