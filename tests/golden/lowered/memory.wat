;; Offsets of one unit, of two, beyond 4 GiB together with the address; widths;
;; operators that run out of line.
(module
  (memory 1)
  (func $copy (param $to i32) (param $from i32)
    (i32.store8 offset=1 (local.get $to) (i32.load8_s (local.get $from)))
    (i64.store32 offset=70000 (local.get $to)
      (i64.load16_u offset=4294967295 (local.get $from)))
    (f64.store (local.get $to) (f64.load offset=16 (local.get $from)))
    (memory.copy (local.get $to) (local.get $from) (i32.const 100))
    (memory.fill (local.get $to) (i32.const 0) (i32.const 9)))
  (func $grow (result i32)
    (drop (memory.grow (i32.const 1)))
    (memory.size)))
