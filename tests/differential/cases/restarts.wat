;; Loops that run long enough for their activations to be called anew, several
;; times: with live values of each type, with inner loops, calls, results, and
;; recursion that restarts on several levels of the stack.
(module
  (memory 1)
  (global $calls (mut i32) (i32.const 0))
  (func $leaf (param i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.rotl (i32.add (local.get 0) (global.get $calls)) (i32.const 5)))

  (func (export "types") (param $n i32) (param $d f64) (result i64 f64 f32 i32)
    (local $i i32) (local $wide i64) (local $single f32) (local $v v128)
    (local.set $wide (i64.const 0x123456789abcdef))
    (local.set $single (f32.const 1.5))
    (local.set $v (v128.const i32x4 1 2 3 4))
    (loop $again
      (local.set $wide (i64.rotl (i64.add (local.get $wide)
        (i64.extend_i32_u (local.get $i))) (i64.const 7)))
      (local.set $d (f64.add (local.get $d) (f64.const 0.25)))
      (local.set $single (f32.mul (f32.neg (local.get $single))
        (f32.const 1.0000001)))
      (local.set $v (i32x4.add (local.get $v) (i32x4.splat (local.get $i))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 700000))))
    (local.get $wide) (local.get $d) (local.get $single)
    (i32.xor (local.get $n) (i32x4.extract_lane 2 (local.get $v))))

  ;; What is live differs from loop to loop.
  (func (export "loops") (param $seed i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32) (local $kept i64)
    (local.set $kept (i64.extend_i32_s (local.get $seed)))
    (loop $first
      (local.set $sum (i32.mul (i32.add (local.get $sum) (local.get $i))
        (i32.const 31)))
      (br_if $first (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 120000))))
    (local.set $i (i32.const 0))
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $kept (i64.add (i64.rotl (local.get $kept) (i64.const 3))
          (i64.extend_i32_u (i32.xor (local.get $j) (local.get $sum)))))
        (br_if $inner (i32.lt_u
          (local.tee $j (i32.add (local.get $j) (i32.const 1)))
          (i32.const 100))))
      (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 7)))
        (then
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $outer)))
      (local.set $sum (call $leaf (local.get $sum)))
      (br_if $outer (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 9000))))
    (i32.xor (local.get $sum) (i32.wrap_i64 (i64.add (local.get $kept)
      (i64.shr_u (local.get $kept) (i64.const 32))))))

  (func $deep (export "deep") (param $depth i32) (result i32)
    (local $i i32) (local $sum i32)
    (local.set $depth (i32.and (local.get $depth) (i32.const 15)))
    (loop $before
      (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 33))
        (local.get $i)))
      (br_if $before (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 60000))))
    (if (local.get $depth)
      (then (local.set $sum (i32.add (local.get $sum)
        (call $deep (i32.sub (local.get $depth) (i32.const 1)))))))
    (loop $behind
      (local.set $sum (i32.xor (i32.mul (local.get $sum) (i32.const 37))
        (local.get $i)))
      (br_if $behind (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $sum))

  ;; Loops in place of calls, in a loop and outside of one.
  (func $power (param $x i32) (param $times i32) (result i32)
    (local $product i32)
    (local.set $product (i32.const 1))
    (loop $again
      (local.set $product (i32.mul (local.get $product) (local.get $x)))
      (br_if $again (i32.gt_s
        (local.tee $times (i32.sub (local.get $times) (i32.const 1)))
        (i32.const 0))))
    (local.get $product))
  (func (export "powers") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (local.set $sum (call $power (local.get $n) (i32.const 3)))
    (loop $again
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 7))
        (call $power (local.get $i) (i32.and (local.get $sum) (i32.const 7)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 40000))))
    (i32.add (local.get $sum) (call $power (local.get $i) (i32.const 5))))

  ;; Trapped by a restarted activation.
  (func (export "trap") (param $n i32) (result i32) (local $i i32)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.load (i32.shl (local.get $i)
        (i32.const 0)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (i32.const 65600))))
    (local.get $n))

  ;; A loop that ends by a switch.
  (func (export "machine") (param $state i32) (result i32)
    (local $steps i32) (local $sum i32)
    (loop $next
      (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
      (block $end
        (block $two (block $one (block $zero
          (br_table $zero $one $two $end (i32.and (local.get $state)
            (i32.const 3))))
          (local.set $sum (i32.add (local.get $sum) (i32.const 3)))
          (local.set $state (i32.add (local.get $state) (i32.const 1)))
          (br $next))
        (local.set $sum (i32.mul (local.get $sum) (i32.const 5)))
        (local.set $state (i32.add (local.get $state) (i32.const 1)))
        (br $next))
        (local.set $state (i32.shl (local.get $state) (i32.const 2)))
        (br_if $next (i32.lt_u (local.get $steps) (i32.const 400000)))
        (br $end))
      (local.set $state (i32.const 0))
      (br_if $next (i32.lt_u (local.get $steps) (i32.const 900000))))
    (local.get $sum))
)
