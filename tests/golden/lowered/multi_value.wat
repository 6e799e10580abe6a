;; Several results, and blocks with several values.
(module
  (func $divide (param i32 i32) (result i32 i32)
    (i32.div_u (local.get 0) (local.get 1))
    (i32.rem_u (local.get 0) (local.get 1)))
  (func $sum (param i32 i32) (result i32)
    (i32.add (call $divide (local.get 0) (local.get 1))))
  (func $swap (param i32 i64) (result i64 i32)
    (block $b (result i64 i32)
      (local.get 1) (local.get 0)
      (br_if $b (local.get 0))
      (drop) (drop)
      (i64.const 1) (i32.const 2))))
