;; An active segment of a static table was gone for table.init on another table.
(module
  (table $s 2 funcref) (table $d 2 funcref) (elem $e (table $s) (i32.const 0) func $f)
  (type $v (func (result i32)))
  (func $f (result i32) (i32.const 7))
  (func (export "f") (param i32) (result i32)
    (table.init $d $e (i32.const 0) (i32.const 0) (local.get 0)) (call_indirect $s (type $v) (i32.const 0))))
