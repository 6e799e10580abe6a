;; The smallest WASI command worth the name: one line to standard output
;; through fd_write, and an exit code of 1 if that failed.
(module $hello
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 1)

  ;; 0: one iovec (address, length); 8: number of bytes written; 16: text
  (data (i32.const 0) "\10\00\00\00\21\00\00\00")
  (data (i32.const 16) "Hello from a box inside of a box\n")

  (func $main (export "_start")
    (if (call $fd_write
          (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1))))))
