(module
  (memory 1)
  (func $f (export "f") (param $c i32) (result i32)
    (if (local.get $c)
      (then (return (i32.const 1))))
    (i32.store (i32.const 0) (local.get $c))
    (i32.const 2)))
