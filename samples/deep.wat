;; Nested calls as deep as the argument says, on the way down and back up, then
;; a line with the depth counted on the way up. No host runs a million of them
;; on its own stack by default.
;;
;;   ireko run samples/deep.wat -- 10000
(module $deep
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  (memory (export "memory") 1)

  ;; 0: argument count, 4: bytes of all arguments, 8: iovec, 16: written,
  ;; 32 to 64: the line, written from its end; 64: argv, 1024: arguments
  (data (i32.const 63) "\n")

  ;; 1 + the depth below. Not a tail call: the addition comes after.
  (func $down (param $depth i32) (result i32)
    (if (result i32) (local.get $depth)
      (then
        (i32.add
          (i32.const 1)
          (call $down (i32.sub (local.get $depth) (i32.const 1)))))
      (else (i32.const 0))))

  (func $parse (param $text i32) (result i32)
    (local $value i32)
    (local $digit i32)
    (loop $again
      (local.set $digit
        (i32.sub (i32.load8_u (local.get $text)) (i32.const 0x30)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $value
            (i32.add
              (i32.mul (local.get $value) (i32.const 10))
              (local.get $digit)))
          (local.set $text (i32.add (local.get $text) (i32.const 1)))
          (br $again))))
    (local.get $value))

  (func $print (param $value i32)
    (local $at i32)
    (local.set $at (i32.const 63))
    (loop $again
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at)
        (i32.add
          (i32.const 0x30)
          (i32.rem_u (local.get $value) (i32.const 10))))
      (br_if $again
        (local.tee $value (i32.div_u (local.get $value) (i32.const 10)))))
    (i32.store (i32.const 8) (local.get $at))
    (i32.store (i32.const 12) (i32.sub (i32.const 64) (local.get $at)))
    (drop
      (call $fd_write
        (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16))))

  (func $main (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.or
          (i32.ne (i32.load (i32.const 0)) (i32.const 2))
          (i32.gt_u (i32.load (i32.const 4)) (i32.const 4096)))
      (then (call $proc_exit (i32.const 2))))
    (drop (call $args_get (i32.const 64) (i32.const 1024)))
    (call $print (call $down (call $parse (i32.load (i32.const 68)))))))
