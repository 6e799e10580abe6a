(module
  (memory 1)
  (func $f (export "f") (param $c i32)
    (block $last
      (block $second
        (block $first
          (br_if $first (i32.eqz (local.get $c)))
          (br_if $last (i32.ctz (local.get $c)))
          (br $second))
        (i32.store (i32.const 0) (i32.const 1)))
      (i32.store (i32.const 4) (i32.const 2)))
    (i32.store (i32.const 8) (i32.const 3))))
