;; Traps in its start function, and could print.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func $init
    (if (i32.eqz (global.get $ready)) (then unreachable)))
  (start $init)
  (func (export "_start")
    (drop (call $write
      (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))))
