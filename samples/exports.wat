;; A plain library: no WASI, no start, only exports of every kind.
;;
;;   ireko run samples/exports.wat --invoke fib -- 20
(module $exports
  (type $binary (func (param i32 i32) (result i32)))

  (memory (export "memory") 1 4)
  (table $table (export "table") 4 funcref)
  (elem (i32.const 0) $add $sub $mul $gcd)

  (global $calls (export "calls") (mut i32) (i32.const 0))
  (global (export "answer") i64 (i64.const 42))

  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  (func $gcd (export "gcd") (param $a i32) (param $b i32) (result i32)
    (local $rest i32)
    (loop $again
      (if (local.get $b)
        (then
          (local.set $rest (i32.rem_u (local.get $a) (local.get $b)))
          (local.set $a (local.get $b))
          (local.set $b (local.get $rest))
          (br $again))))
    (local.get $a))

  (func $factorial (export "factorial") (param $n i64) (result i64)
    (local $product i64)
    (local.set $product (i64.const 1))
    (loop $again
      (if (i64.gt_u (local.get $n) (i64.const 1))
        (then
          (local.set $product (i64.mul (local.get $product) (local.get $n)))
          (local.set $n (i64.sub (local.get $n) (i64.const 1)))
          (br $again))))
    (local.get $product))

  ;; Newton's iteration: the same bits on every host.
  (func $root (export "root") (param $x f64) (result f64)
    (local $guess f64)
    (local $steps i32)
    (local.set $guess (local.get $x))
    (local.set $steps (i32.const 40))
    (loop $again
      (local.set $guess
        (f64.mul
          (f64.const 0.5)
          (f64.add
            (local.get $guess)
            (f64.div (local.get $x) (local.get $guess)))))
      (br_if $again
        (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
    (local.get $guess))

  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $mul (type $binary) (i32.mul (local.get 0) (local.get 1)))

  ;; 0 add, 1 sub, 2 mul, 3 gcd; anything else is an undefined element.
  (func $apply (export "apply")
    (param $which i32) (param $a i32) (param $b i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call_indirect (type $binary)
      (local.get $a) (local.get $b) (local.get $which)))

  (func $divide (export "divide")
    (param $a i32) (param $b i32) (result i32 i32)
    (i32.div_s (local.get $a) (local.get $b))
    (i32.rem_s (local.get $a) (local.get $b)))

  (func $sum (export "sum") (param $address i32) (param $count i32)
    (result i32)
    (local $total i32)
    (loop $again
      (if (local.get $count)
        (then
          (local.set $total
            (i32.add (local.get $total)
              (i32.load8_u (local.get $address))))
          (local.set $address (i32.add (local.get $address) (i32.const 1)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $again))))
    (local.get $total)))
