;; pack: --stack-size 32k
;; Traps leave nothing on the guest stack, however often they come.
(module
  (func $failing (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (i32.add (i32.const 1)
      (call $failing (i32.sub (local.get 0) (i32.const 1)))))
  (func $dividing (param i32) (result i32)
    (if (i32.eqz (local.get 0))
      (then (return (i32.div_u (i32.const 1) (local.get 0)))))
    (i32.add (i32.const 1)
      (call $dividing (i32.sub (local.get 0) (i32.const 1)))))
  (func (export "often traps") (result i32)
    (call $failing (i32.const 300)))
  (func (export "often divides") (result i32)
    (call $dividing (i32.const 300)))
)
