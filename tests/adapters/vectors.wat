;; v128 across the border, for hosts that can pass it.
(module
  (import "env" "vector" (func $vector (param v128 i32) (result i32 v128)))
  (func (export "vector") (param v128 i32) (result v128 i32)
    (local i32)
    (call $vector (i32x4.add (local.get 0) (local.get 0)) (local.get 1))
    (local.set 0)
    (local.set 2)
    (local.get 0) (local.get 2))
  (export "vector again" (func $vector)))
