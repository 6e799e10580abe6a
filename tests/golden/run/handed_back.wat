(module (memory (export "memory") 1)
 (func (export "f") (param $n i32) (result i32) (local $i i32) (local $acc i32)
  (loop $l
   (if (i32.and (local.get $i) (i32.const 0x1ffff))
     (then (local.set $acc (i32.add (i32.mul (local.get $acc) (i32.const 1103515245)) (local.get $i))))
     (else
      (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (local.get $acc)))
      (i32.store (i32.const 20) (i32.add (i32.load (i32.const 20)) (i32.const 1)))))
   (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 20)))))
