;; Loops, and has nothing that traps.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "print") (param i32) (result i32)
    (call $write (i32.const 1) (local.get 0) (i32.const 1) (i32.const 0)))
  (func $spin (export "_start") (local i32)
    (loop $again
      (br_if $again (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
        (i32.const 100))))))
