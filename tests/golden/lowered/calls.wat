;; Recursion, arguments in the callee's frame, a host function.
(module
  (import "env" "log" (func $log (param i32 i64)))
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (i32.lt_u (local.get $n) (i32.const 2))
      (then (return (local.get $n))))
    (i32.add
      (call $fib (i32.sub (local.get $n) (i32.const 1)))
      (call $fib (i32.sub (local.get $n) (i32.const 2)))))
  (func $main (export "main")
    (call $log (call $fib (i32.const 10)) (i64.const 77))))
