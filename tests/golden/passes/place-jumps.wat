(module
  (memory 1)
  (func $f (export "f") (param $c i32)
    (block $out
      (block $in
        (br_if $in (local.get $c))
        (br $out))
      (i32.store (i32.const 0) (i32.const 1)))
    (i32.store (i32.const 4) (i32.const 2))))
