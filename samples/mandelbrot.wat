;; The Mandelbrot set in text, 78 by 32, row by row: a program with loops,
;; floating point and a little output, short enough to read its listing in
;; `ireko inspect samples/mandelbrot.wat`.
(module $mandelbrot
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)

  ;; 0: iovec, 8: written, 16: shades from outside to inside, 128: the row
  (data (i32.const 0) "\80\00\00\00\4f\00\00\00")
  (data (i32.const 16) " .:-=+*#%@")

  ;; How many steps until the point has escaped; 90 if it does not.
  (func $escape (param $cx f64) (param $cy f64) (result i32)
    (local $x f64)
    (local $y f64)
    (local $xx f64)
    (local $yy f64)
    (local $steps i32)
    (loop $again
      (local.set $y
        (f64.add
          (f64.mul (f64.mul (f64.const 2) (local.get $x)) (local.get $y))
          (local.get $cy)))
      (local.set $x
        (f64.add
          (f64.sub (local.get $xx) (local.get $yy))
          (local.get $cx)))
      (local.set $xx (f64.mul (local.get $x) (local.get $x)))
      (local.set $yy (f64.mul (local.get $y) (local.get $y)))
      (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
      (br_if $again
        (i32.and
          (f64.lt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4))
          (i32.lt_u (local.get $steps) (i32.const 90)))))
    (local.get $steps))

  (func $row (param $cy f64)
    (local $column i32)
    (loop $again
      (i32.store8 offset=128
        (local.get $column)
        (i32.load8_u offset=16
          (i32.div_u
            (call $escape
              (f64.add
                (f64.const -2.1)
                (f64.mul
                  (f64.const 0.04)
                  (f64.convert_i32_u (local.get $column))))
              (local.get $cy))
            (i32.const 10))))
      (local.set $column (i32.add (local.get $column) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $column) (i32.const 78))))
    (i32.store8 offset=128 (local.get $column) (i32.const 10))
    (drop
      (call $fd_write
        (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func $main (export "_start")
    (local $line i32)
    (loop $again
      (call $row
        (f64.sub
          (f64.mul
            (f64.const 0.08)
            (f64.convert_i32_u (local.get $line)))
          (f64.const 1.24)))
      (local.set $line (i32.add (local.get $line) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $line) (i32.const 32))))))
