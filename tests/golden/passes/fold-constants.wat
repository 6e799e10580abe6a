(module
  (memory 1)
  (func $f (export "f") (param $p i32) (param $q i64) (result i32)
    (i32.store (i32.sub (local.get $p) (i32.const 8))
      (i32.add (i32.add (local.get $p) (i32.const 8)) (i32.const 4)))
    (i32.store (i32.mul (i32.const 4) (local.get $p))
      (i32.or (local.get $p) (i32.const 0)))
    (i32.add
      (i64.eq (local.get $q) (i64.const 0))
      (i32.div_u (i32.const 7) (i32.const 0)))))
