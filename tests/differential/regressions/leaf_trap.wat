;; pack: --fuel=1000000000
;; A leaf that traps leaves a count of 0 behind. The next call from outside took
;; that for a program that has left, and the frame that it found for broken.
(module
  (memory 1)
  (func $leaf (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "run") (param i32) (result i32)
    (i32.add (i32.const 1)
      (call $leaf (i32.or (local.get 0) (i32.const 0x10000000))))))
