;; $region is all that fits into the budget of "some regions". It is entered
;; from the stream and calls the stream in its own place, which lost where its
;; frame returns to.
(module
  (type $binary (func (param i32 i32)))
  (table funcref (elem $target))
  (memory 1)
  (func $mix (param i32) (result i32)
    (i32.xor (i32.mul (local.get 0) (i32.const 31)) (i32.load (i32.const 72))))
  (func $target (type $binary)
    (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64))
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
        (i32.add (local.get 0) (local.get 1))
      )))))))))))))))))))))))))))))))))))
  (func $region (type $binary)
    (return_call_indirect (type $binary)
      (local.get 1) (local.get 0) (i32.const 0)))
  (func (export "sum") (param i32) (result i32) (local i32)
    (loop
      (call $region (local.get 0) (local.get 1))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get 1) (i32.const 20))))
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix (call $mix
      (i32.load (i32.const 64))
      ))))))))))))))))))))))))))))))))))
