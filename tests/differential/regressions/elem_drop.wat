;; Packing failed: elem.drop named an active segment.
(module
  (type (;0;) (func (result i32)))
  (type (;1;) (func))
  (table $t0 (;0;) 30 30 funcref)
  (table $t1 (;1;) 28 28 funcref)
  (export "test" (func 10))
  (elem (;0;) (table $t0) (i32.const 2) func 3 1 4 1)
  (elem (;1;) funcref (ref.func 2) (ref.func 7) (ref.func 1) (ref.func 8))
  (elem (;2;) (table $t0) (i32.const 12) func 7 5 2 3 6)
  (elem (;3;) funcref (ref.func 5) (ref.func 9) (ref.func 2) (ref.func 7) (ref.func 6))
  (func (;0;) (type 0) (result i32)
    i32.const 0
  )
  (func (;1;) (type 0) (result i32)
    i32.const 1
  )
  (func (;2;) (type 0) (result i32)
    i32.const 2
  )
  (func (;3;) (type 0) (result i32)
    i32.const 3
  )
  (func (;4;) (type 0) (result i32)
    i32.const 4
  )
  (func (;5;) (type 0) (result i32)
    i32.const 5
  )
  (func (;6;) (type 0) (result i32)
    i32.const 6
  )
  (func (;7;) (type 0) (result i32)
    i32.const 7
  )
  (func (;8;) (type 0) (result i32)
    i32.const 8
  )
  (func (;9;) (type 0) (result i32)
    i32.const 9
  )
  (func (;10;) (type 1)
    elem.drop 2
  )
)
