;; pack: --max-br-table=8 --fuel=1000000000
;; Jumps back and calls between handlers of two dispatch functions count too.
(module
  (func $step (param i32 i64) (result i64)
    (i64.add (i64.mul (local.get 1) (i64.const 0x123456789abcdef))
      (i64.extend_i32_u (i32.xor (local.get 0) (i32.const 0x55aa55aa)))))
  (func $fill (param i32) (result i64)
    (local $n i64)
    (loop $again
      (local.set $n (call $step (local.get 0) (local.get $n)))
      (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 3)))
        (then (local.set $n (i64.rotl (local.get $n) (i64.const 11))))
        (else (local.set $n (i64.xor (i64.const 0x0f0f0f0f0f0f0f)
          (call $step (i32.const 7) (local.get $n))))))
      (if (i64.lt_s (local.get $n) (i64.const 0))
        (then (local.set $n (i64.sub (i64.const 0) (local.get $n)))))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $n))
  (func (export "run") (param i32) (result i64)
    (local $n i64)
    (local.set 0 (i32.add (i32.const 1) (i32.and (local.get 0) (i32.const 63))))
    (loop $again
      (local.set $n (i64.add (local.get $n) (call $fill (local.get 0))))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $n)))
