;; Vectors take two slots; masks and constants are operands, lanes are not.
(module
  (memory 1)
  (func $mix (param $a v128) (param $n i32) (param $b v128) (result v128)
    (local $c v128)
    (local.set $c
      (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
        (local.get $a) (local.get $b)))
    (v128.store64_lane offset=8 1 (local.get $n) (local.get $c))
    (i32x4.add
      (i32x4.replace_lane 2 (local.get $c) (local.get $n))
      (v128.xor (v128.load32_splat (local.get $n))
        (v128.const i32x4 1 2 3 4)))))
