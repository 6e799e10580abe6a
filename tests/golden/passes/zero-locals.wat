(module
  (func $f (export "f") (param $n i32) (result i32)
    (local $sum i32) (local $later i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $n)))
      (local.set $later (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.tee $n (local.get $later))))
    (local.get $sum)))
