(module
  ;; Frames so large that the program goes on with an empty host stack several
  ;; times, far up in the guest's.
  (func $large (param i32 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (local i64 i64 i64 i64 i64 i64 i64 i64)
    (if (result i64) (local.get 0)
      (then
        (call $large (i32.sub (local.get 0) (i32.const 1))
          (local.get 2) (local.get 3) (local.get 4) (local.get 5)
          (local.get 6) (local.get 7) (local.get 8)
          (i64.add (local.get 1) (local.get 8)))
        (i64.add (local.get 3)) (i64.xor (local.get 4)) (i64.add (local.get 5))
        (i64.xor (local.get 6)) (i64.add (local.get 7)) (i64.xor (local.get 8))
        (i64.add (local.get 1)) (i64.xor (local.get 2)))
      (else (local.get 1))))
  (func $step (param i64) (result i64) (local i64 i64 i64 i64)
    (local.set 1 (i64.mul (local.get 0) (i64.const 7)))
    (local.set 2 (i64.rotl (local.get 1) (i64.const 3)))
    (local.set 3 (i64.xor (local.get 2) (local.get 1)))
    (local.set 4 (i64.sub (local.get 3) (local.get 2)))
    (i64.xor (i64.mul (i64.add (local.get 1) (local.get 2)) (local.get 3))
      (local.get 4)))
  (func $small (param i32 i64) (result i64) (local i32)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (local.set 2 (i32.const 2))
    (loop $again
      (local.set 1 (call $step (local.get 1)))
      (local.set 1 (call $step (call $step (local.get 1))))
      (br_if $again
        (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    (i64.add (call $small (i32.sub (local.get 0) (i32.const 1)) (local.get 1))
      (local.get 1)))
  (func (export "go") (param i32 i32) (result i64)
    (i64.add
      (call $large (local.get 0) (i64.const 1) (i64.const 2) (i64.const 5)
        (i64.const 10) (i64.const 17) (i64.const 26) (i64.const 37)
        (i64.const 50))
      (call $small (local.get 1) (i64.const 5)))))
