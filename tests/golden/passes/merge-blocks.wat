(module
  (memory 1)
  (func $f (export "f") (param $p i32)
    (block $out
      (block $in
        (i32.store (local.get $p) (i32.const 1))
        (br $out))
      (i32.store (local.get $p) (i32.const 2)))
    (i32.store (local.get $p) (i32.const 3))))
