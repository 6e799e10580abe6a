(module
  (memory 1)
  (func $f (export "f") (param $p i32) (result i32)
    (local $unused i32) (local $x i32)
    (local.set $unused (i32.const 7))
    (local.set $x (i32.load (local.get $p)))
    (local.set $x (i32.const 1))
    (local.get $x)))
