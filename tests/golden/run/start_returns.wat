;; Traps after its start function has returned.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func $init (global.set $ready (i32.const 1)))
  (start $init)
  (func $main (export "_start")
    (drop (call $write
      (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))
    (if (global.get $ready) (then unreachable))))
