(module
  (func $f (export "f") (param $c i32) (result i32)
    (local $r i32)
    (if (local.get $c)
      (then (local.set $r (i32.const 7))))
    (if (local.get $c)
      (then (local.set $r (i32.add (local.get $r) (i32.const 1)))))
    (local.get $r)))
