;; Packing failed: an export's type has references, its code makes none.
(module
  (func (export "never") (param v128) (result funcref) unreachable)
  (func (export "nor") (param i32) (result externref) unreachable)
  (func (export "takes") (param funcref externref)))
