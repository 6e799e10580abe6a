(module
  (memory 1)
  (func $f (export "f") (param $p i32)
    (block $out
      (loop $again
        (i32.store (local.get $p) (i32.const 1))
        (br $again)))
    (i32.store (i32.const 4) (i32.const 2))))
