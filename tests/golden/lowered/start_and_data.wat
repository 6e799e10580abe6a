;; Globals by kind, a start function, data of all kinds, a bounds check at the
;; start.
(module
  (import "env" "base" (global $base i32))
  (memory 1)
  (global $constant i32 (i32.mul (i32.const 6) (i32.const 7)))
  (global $counter (mut i32) (i32.const 5))
  (global $visible (export "visible") (mut i64) (i64.const 1))
  (data (i32.const 0) "known")
  (data (global.get $base) "imported")
  (data $passive "passive")
  (start $main)
  (func $main
    (memory.init $passive (i32.const 16) (i32.const 0) (i32.const 7))
    (data.drop $passive)
    (global.set $counter
      (i32.add (global.get $counter) (global.get $constant)))
    (global.set $visible (i64.extend_i32_u (global.get $base)))
    (unreachable)))
