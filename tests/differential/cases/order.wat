;; Operands are read when their operator comes, not when their user does.
(module
  (memory (export "memory") 1 2)
  (global $g (export "g") (mut i32) (i32.const 5))
  (func (export "local") (param i32 i32) (result i32)
    local.get 0
    local.get 1
    local.set 0
    local.get 0
    i32.sub)
  (func (export "exchange") (param i32 i64 i32) (result i32 i64 i32)
    local.get 0
    local.get 2
    local.set 0
    local.set 2
    local.get 0
    local.get 1
    local.get 2)
  (func (export "rotate") (param i32 i32 i32) (result i32)
    (local $n i32)
    (local.set $n (i32.and (local.get 0) (i32.const 31)))
    (block $out
      (loop $again
        (br_if $out (i32.eqz (local.get $n)))
        local.get 0
        local.get 1
        local.get 2
        local.set 0
        local.set 2
        local.set 1
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $again)))
    (i32.add (local.get 0) (i32.mul (i32.const 3)
      (i32.add (local.get 1) (i32.mul (i32.const 3) (local.get 2))))))
  (func $bump (result i32)
    (global.set $g (i32.add (global.get $g) (i32.const 1)))
    (global.get $g))
  (func (export "global") (result i32)
    global.get $g
    call $bump
    global.get $g
    i32.mul
    i32.sub)
  (func (export "memory_then_store") (param i32) (result i32)
    (i32.load (i32.const 8))
    (i32.store (i32.const 8) (local.get 0))
    (i32.load (i32.const 8))
    i32.sub)
  (func (export "load_before_trap") (param i32) (result i32)
    (i32.store (i32.const 4) (i32.const 77))
    (i32.load (local.get 0))
    (i32.store (i32.const 4) (i32.const 78))
    (i32.div_u (i32.const 1) (local.get 0))
    i32.add)
  (func (export "tee") (param i32) (result i32)
    (i32.add (local.get 0)
      (i32.add (local.tee 0 (i32.mul (local.get 0) (i32.const 7)))
        (i32.sub (local.get 0) (local.tee 0 (i32.const 3))))))
  (func (export "tee_twice") (param i32 i32) (result i32)
    (i32.shl (local.tee 0 (i32.add (local.get 1) (i32.const 1)))
      (i32.and (i32.const 7)
        (i32.add (local.get 0) (local.tee 1 (local.get 0)))))
    local.get 1
    i32.xor)
  (func (export "size_and_grow") (result i32)
    memory.size
    (memory.grow (i32.const 1))
    memory.size
    i32.shl
    i32.add)
  (func (export "division_before_store") (param i32 i32) (result i32)
    (i32.store offset=16 (i32.const 0)
      (i32.div_s (local.get 0) (local.get 1)))
    (i32.load offset=16 (i32.const 0)))
  (func (export "store_before_division") (param i32 i32) (result i32)
    (i32.store offset=16 (i32.const 0) (i32.const 99))
    (i32.rem_s (local.get 0) (local.get 1)))
  (func (export "select") (param i32) (result i32)
    (local.get 0)
    (local.tee 0 (i32.const 10))
    (i32.and (local.get 0) (i32.const 2))
    select
    (local.get 0)
    i32.add)
)
