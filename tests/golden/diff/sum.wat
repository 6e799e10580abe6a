(module
  (import "env" "log" (func $log (param i32)))
  (memory 1)
  (global $calls (mut i32) (i32.const 0))
  (func $sum (export "sum") (param $n i32) (result i32)
    (local $i i32) (local $s i32)
    (loop $again
      (local.set $s (i32.add (local.get $s)
        (i32.load offset=8 (i32.shl (local.get $i) (i32.const 2)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $n))))
    (local.get $s))
  (func $main (export "main")
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $log (call $sum (i32.const 10)))))
