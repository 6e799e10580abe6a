;; Functions that regions have in place of calls, with all that can happen in
;; them: other calls, loops, traps, imports, and leaving far down. And loops that
;; are copied.
(module
  (import "host" "i32" (func $host (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $g (export "g") (mut i32) (i32.const 0))

  (func $leaf (param i32 i64) (result i64)
    (if (i32.and (local.get 0) (i32.const 1))
      (then (return (i64.mul (local.get 1) (i64.const 3)))))
    (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
  (func $middle (param i32 i64) (result i64)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (i64.xor (call $leaf (local.get 0) (local.get 1))
             (call $leaf (i32.shr_u (local.get 0) (i32.const 1))
                         (i64.const 77))))
  (func (export "nested") (param $n i32) (result i64)
    (local $i i32) (local $sum i64)
    (local.set $n (i32.and (local.get $n) (i32.const 255)))
    (loop $again
      (local.set $sum
        (i64.add (local.get $sum)
                 (call $middle (local.get $i) (local.get $sum))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $n))))
    (local.get $sum))

  (func $fib (export "fib") (param i32) (result i32)
    (local.set 0 (i32.and (local.get 0) (i32.const 15)))
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add
        (call $fib (i32.sub (local.get 0) (i32.const 1)))
        (call $fib (i32.sub (local.get 0) (i32.const 2)))))))

  (func $even (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (call $odd (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (call $even (i32.sub (local.get 0) (i32.const 1))))
  (func (export "deep") (param i32) (result i32)
    (local $sum i32) (local $i i32)
    (loop $again
      (local.set $sum (i32.add
        (i32.shl (local.get $sum) (i32.const 1))
        (call $even (i32.add (i32.and (local.get 0) (i32.const 4095))
                             (local.get $i)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 3))))
    (local.get $sum))

  (func $check (param i32)
    (if (i32.eq (local.get 0) (i32.const 100)) (then unreachable)))
  (func $divide (param i32 i32) (result i32)
    (call $check (local.get 0))
    (i32.div_u (local.get 0) (local.get 1)))
  (func (export "traps") (param $from i32) (param $by i32) (result i32)
    (local $i i32) (local $sum i32)
    (local.set $from (i32.and (local.get $from) (i32.const 127)))
    (loop $again
      (i32.store (i32.const 64) (local.get $i))
      (local.set $sum (i32.add (local.get $sum)
        (call $divide (i32.add (local.get $from) (local.get $i))
                      (i32.sub (local.get $by) (local.get $i)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 20))))
    (local.get $sum))

  (func $asks (param i32) (result i32)
    (i32.add (call $host (local.get 0)) (i32.const 1)))
  (func $length (param i32) (result i32)
    (local $i i32)
    (block $end
      (loop $again
        (br_if $end (i32.eqz (i32.load8_u
          (i32.add (i32.and (local.get 0) (i32.const 1023)) (local.get $i)))))
        (br_if $again (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (i32.const 200)))))
    (local.get $i))
  (func (export "hosts") (param i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.xor (i32.rotl (local.get $sum) (i32.const 3))
        (i32.add (call $asks (i32.add (local.get 0) (local.get $i)))
                 (call $length (local.get $i)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 5))))
    (local.get $sum))

  ;; Small loops: with several ways out and back, in each copy.
  (func (export "fill") (param $from i32) (param $n i32) (result i32)
    (local $i i32)
    (local.set $n (i32.and (local.get $n) (i32.const 1023)))
    (block $out
      (loop $again
        (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store8 (i32.add (i32.and (local.get $from) (i32.const 1023))
                             (local.get $i))
                    (local.get $i))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.and (local.get $i) (i32.const 1)))
        (br_if $out (i32.eq (i32.load8_u (local.get $i)) (i32.const 9)))
        (br $again)))
    (local.get $i))
  (func (export "collatz") (param $n i32) (result i32)
    (local $steps i32)
    (local.set $n (i32.or (i32.and (local.get $n) (i32.const 4095))
                          (i32.const 1)))
    (block $out
      (loop $again
        (br_if $out (i32.eq (local.get $n) (i32.const 1)))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (if (i32.and (local.get $n) (i32.const 1))
          (then
            (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3))
                                   (i32.const 1)))
            (br $again)))
        (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $steps))
  (func (export "walk") (param $at i32) (result i32)
    (local $n i32)
    (loop $again
      (local.set $n (i32.add (local.get $n)
        (i32.load (i32.add (i32.mul (local.get $at) (i32.const 7))
                           (i32.mul (local.get $n) (i32.const 4096))))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 30))))
    (local.get $n))

  ;; A switch that goes on with the loop.
  (func (export "switch") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (block $out
      (loop $again
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $out (i32.gt_u (local.get $i) (i32.const 50)))
        (block $b
          (block $a
            (br_table $a $again $b $again
              (i32.and (i32.xor (local.get $i) (local.get $n)) (i32.const 7))))
          (local.set $sum (i32.add (local.get $sum) (local.get $i)))
          (br $again))
        (local.set $sum (i32.mul (local.get $sum) (i32.const 5)))
        (br $again)))
    (local.get $sum)))
