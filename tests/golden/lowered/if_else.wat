;; Values of arms, an arm that returns, an if without else.
(module
  (func $sign (param $x i64) (result i32)
    (if (i64.eqz (local.get $x)) (then (return (i32.const 0))))
    (if (result i32) (i64.lt_s (local.get $x) (i64.const 0))
      (then (i32.const -1))
      (else (i32.const 1)))))
