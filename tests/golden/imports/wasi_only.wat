(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "__main_void") (result i32) i32.const 0)
  (func (export "_start") i32.const 3 call $exit))
