;; What its start function does could trap, or not, and is needed later.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data $text "hello")
  (func $init (local $i i32)
    (memory.init $text (i32.const 16) (i32.const 0) (i32.const 5))
    (loop $again
      (i32.store8 (i32.const 16)
        (i32.sub (i32.load8_u (i32.const 16)) (i32.const 1)))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 100)))))
  (start $init)
  (func (export "_start")
    (call $exit (i32.load8_u (i32.const 16)))))
