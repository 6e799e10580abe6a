(module
  (memory 1)
  (func $sum (export "sum") (param $n i32) (result i32)
    (local $i i32) (local $s i32)
    (loop $outer
      (local.set $i (i32.const 9))
      (loop $inner
        (local.set $s (i32.add (local.get $s) (i32.load (local.get $i))))
        (br_if $inner
          (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $outer
        (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))
