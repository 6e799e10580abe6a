(module
  (global $sp (mut i32) (i32.const 0))
  (func $f (export "f") (param $x i32) (result i32)
    (local $r i32)
    (block $end
      (local.set $r (i32.const 7))
      (br_if $end (i32.eqz (local.get $x)))
      (if (i32.lt_s (local.get $x) (i32.const 10))
        (then
          (local.set $r (i32.const 8))
          (br $end)))
      (local.set $r (i32.const 9)))
    (global.set $sp (i32.add (global.get $sp) (i32.const 16)))
    (local.get $r)))
