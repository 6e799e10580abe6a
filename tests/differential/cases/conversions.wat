;; Saturating conversions of floats at the borders of every range, and sign
;; extensions: results stand in memory, which is compared. On hosts without
;; these operators (--host-features) they are lowered.
(module
  (memory (export "memory") 1 1)
  ;; 32 f64s at 0 and 32 f32s at 256: zeroes, NaNs, infinities, the last values
  ;; inside and the first ones outside of i32, u32, i64 and u64.
  (data (i32.const 0)
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\80"
    "\00\00\00\00\00\00\f8\7f\01\00\00\00\00\00\f4\ff"
    "\00\00\00\00\00\00\f0\7f\00\00\00\00\00\00\f0\ff"
    "\00\00\00\00\00\00\e0\3f\00\00\00\00\00\00\e0\bf"
    "\ff\ff\ff\ff\ff\ff\ef\3f\ff\ff\ff\ff\ff\ff\ef\bf"
    "\00\00\00\00\00\00\f0\3f\00\00\00\00\00\00\f0\bf"
    "\00\00\c0\ff\ff\ff\df\41\00\00\e0\ff\ff\ff\df\41"
    "\00\00\00\00\00\00\e0\41\00\00\00\00\00\00\e0\c1"
    "\00\00\10\00\00\00\e0\c1\00\00\20\00\00\00\e0\c1"
    "\00\00\e0\ff\ff\ff\ef\41\00\00\f0\ff\ff\ff\ef\41"
    "\00\00\00\00\00\00\f0\41\ff\ff\ff\ff\ff\ff\df\43"
    "\00\00\00\00\00\00\e0\43\00\00\00\00\00\00\e0\c3"
    "\01\00\00\00\00\00\e0\c3\ff\ff\ff\ff\ff\ff\ef\43"
    "\00\00\00\00\00\00\f0\43\9c\75\00\88\3c\e4\37\7e"
    "\9c\75\00\88\3c\e4\37\fe\01\00\00\00\00\00\00\00"
    "\00\00\00\08\00\00\70\41\66\66\66\66\66\16\60\c0")
  (data (i32.const 256)
    "\00\00\00\00\00\00\00\80\00\00\c0\7f\01\00\a0\ff"
    "\00\00\80\7f\00\00\80\ff\00\00\00\3f\00\00\00\bf"
    "\ff\ff\7f\3f\ff\ff\7f\bf\00\00\80\3f\00\00\80\bf"
    "\ff\ff\ff\4e\00\00\00\4f\00\00\00\cf\01\00\00\cf"
    "\ff\ff\7f\4f\00\00\80\4f\ff\ff\ff\5e\00\00\00\5f"
    "\00\00\00\df\01\00\00\df\ff\ff\7f\5f\00\00\80\5f"
    "\99\76\96\7e\99\76\96\fe\01\00\00\00\66\e6\7f\43"
    "\33\b3\00\c3\ff\ff\7f\4b\80\ff\7f\47\40\00\80\c7")
  (func (export "i32_f64_s") (local $n i32)
    (loop $again
      (i32.store offset=1024 (i32.mul (local.get $n) (i32.const 8))
        (i32.trunc_sat_f64_s
          (f64.load offset=0 (i32.mul (local.get $n) (i32.const 8)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i32_f32_s") (local $n i32)
    (loop $again
      (i32.store offset=1280 (i32.mul (local.get $n) (i32.const 8))
        (i32.trunc_sat_f32_s
          (f32.load offset=256 (i32.mul (local.get $n) (i32.const 4)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i32_f64_u") (local $n i32)
    (loop $again
      (i32.store offset=1536 (i32.mul (local.get $n) (i32.const 8))
        (i32.trunc_sat_f64_u
          (f64.load offset=0 (i32.mul (local.get $n) (i32.const 8)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i32_f32_u") (local $n i32)
    (loop $again
      (i32.store offset=1792 (i32.mul (local.get $n) (i32.const 8))
        (i32.trunc_sat_f32_u
          (f32.load offset=256 (i32.mul (local.get $n) (i32.const 4)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i64_f64_s") (local $n i32)
    (loop $again
      (i64.store offset=2048 (i32.mul (local.get $n) (i32.const 8))
        (i64.trunc_sat_f64_s
          (f64.load offset=0 (i32.mul (local.get $n) (i32.const 8)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i64_f32_s") (local $n i32)
    (loop $again
      (i64.store offset=2304 (i32.mul (local.get $n) (i32.const 8))
        (i64.trunc_sat_f32_s
          (f32.load offset=256 (i32.mul (local.get $n) (i32.const 4)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i64_f64_u") (local $n i32)
    (loop $again
      (i64.store offset=2560 (i32.mul (local.get $n) (i32.const 8))
        (i64.trunc_sat_f64_u
          (f64.load offset=0 (i32.mul (local.get $n) (i32.const 8)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "i64_f32_u") (local $n i32)
    (loop $again
      (i64.store offset=2816 (i32.mul (local.get $n) (i32.const 8))
        (i64.trunc_sat_f32_u
          (f32.load offset=256 (i32.mul (local.get $n) (i32.const 4)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 32)))))
  (func (export "sum of all") (result i64) (local $at i32) (local $sum i64)
    (loop $again
      (local.set $sum
        (i64.add (i64.mul (local.get $sum) (i64.const 1099511628211))
                 (i64.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 3072))))
    (local.get $sum))
  ;; The operand is evaluated once, before what stands to its right.
  (func $bump (result f64)
    (i32.store (i32.const 4096)
      (i32.add (i32.load (i32.const 4096)) (i32.const 1)))
    (f64.convert_i32_u (i32.load (i32.const 4096))))
  (func (export "once") (result i64)
    (i64.add
      (i64.trunc_sat_f64_u (call $bump))
      (i64.mul (i64.const 1000) (i64.trunc_sat_f64_s (call $bump)))))
  (func (export "divides first") (param i32 i32) (result i32)
    (i32.add
      (i32.div_u (local.get 0) (local.get 1))
      (i32.trunc_sat_f64_s (f64.load (local.get 0)))))
  (func (export "local changes") (param f32) (result i32)
    (local.get 0)
    (local.set 0 (f32.const 7))
    (i32.trunc_sat_f32_u)
    (i32.add (i32.trunc_sat_f32_s (local.get 0))))
  (func (export "dropped") (param i32)
    (drop (i32.trunc_sat_f64_s (f64.load (local.get 0))))
    (drop (i32.extend8_s (i32.load (local.get 0)))))
  (func (export "i32_extend8") (param i32) (result i32)
    (i32.extend8_s (local.get 0)))
  (func (export "i32_extend16") (param i32) (result i32)
    (i32.extend16_s (local.get 0)))
  (func (export "i64_extend8") (param i64) (result i64)
    (i64.extend8_s (local.get 0)))
  (func (export "i64_extend16") (param i64) (result i64)
    (i64.extend16_s (local.get 0)))
  (func (export "i64_extend32") (param i64) (result i64)
    (i64.extend32_s (local.get 0)))
  (func (export "extends") (param i64) (result i64)
    (i64.xor
      (i64.extend8_s (i64.mul (local.get 0) (i64.const 0x81)))
      (i64.add
        (i64.extend32_s (i64.rotl (local.get 0) (i64.const 31)))
        (i64.extend_i32_s
          (i32.extend16_s (i32.extend8_s (i32.wrap_i64 (local.get 0))))))))
)
