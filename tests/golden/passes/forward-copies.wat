(module
  (memory 1)
  (func $f (export "f") (param $p i32) (result i32)
    (local $copy i32) (local $x i32) (local $t i32)
    (local.set $copy (local.get $p))
    (i32.store offset=4 (local.get $copy) (i32.const 1))
    (local.set $t (i32.load (local.get $p)))
    (i32.store offset=8 (local.get $p) (local.get $t))
    (local.set $x (local.get $t))
    (loop $again
      (br_if $again (local.tee $x (i32.load (local.get $x)))))
    (local.get $x)))
