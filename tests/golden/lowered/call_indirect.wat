;; Table 0 never changes and is an array of the VM's; table 1 is exported, so
;; it is a real table, through which calls leave the VM.
(module
  (type $unary (func (param i32) (result i32)))
  (table $static 2 funcref)
  (table $real (export "table") 2 funcref)
  (elem (table $static) (i32.const 0) func $double $negate)
  (elem (table $real) (i32.const 0) func $double $negate)
  (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
  (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
  (func $both (export "both") (param i32 i32) (result i32)
    (i32.add
      (call_indirect $static (type $unary) (local.get 0) (local.get 1))
      (call_indirect $real (type $unary) (local.get 0) (local.get 1)))))
