ireko run exit.wat --host wasmi --dir .::/elsewhere
