;; A switch in a loop, as interpreters have, and one with a value.
(module
  (memory 1)
  (func $run (param $pc i32) (result i32) (local $acc i32)
    (loop $next
      (block $stop (block $dec (block $inc
        (br_table $inc $dec $next $stop (i32.load8_u (local.get $pc))))
        (local.set $acc (i32.add (local.get $acc) (i32.const 1)))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (br $next))
        (local.set $acc (i32.sub (local.get $acc) (i32.const 1)))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (br $next)))
    (local.get $acc))
  (func $choose (param $i i32) (result i32)
    (block $a (result i32)
      (i32.mul (i32.const 10)
        (block $b (result i32)
          (br_table $a $b (i32.const 7) (local.get $i)))))))
