(module
  (memory 1)
  (global $unwinding (mut i32) (i32.const 0))
  (func $step (export "step") (param $n i32) (result i32)
    (local $unused i32) (local $late i32)
    (if (i32.eqz (global.get $unwinding))
      (then (i32.store (local.get $n) (i32.const 1))))
    (if (i32.eqz (global.get $unwinding))
      (then
        (local.set $unused (i32.const 7))
        (local.set $late (i32.load (local.get $n)))))
    (local.get $late))
  (func (export "unwind") (global.set $unwinding (i32.const 1))))
