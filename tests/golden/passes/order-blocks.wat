(module
  (func $f (export "f") (param $x i32) (param $n i32) (result i32)
    (block $inside
      (br_if $inside (i32.lt_u (local.get $x) (local.get $n)))
      (local.set $x (i32.const 0))
      (unreachable))
    (if (i32.and (local.get $x) (i32.const 1))
      (then (local.set $x (i32.add (local.get $x) (i32.const 1))))
      (else (local.set $x (i32.shl (local.get $x) (i32.const 1)))))
    (local.get $x)))
