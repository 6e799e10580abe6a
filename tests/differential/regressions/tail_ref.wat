;; References given to a tail call arrived as others, or not at all.
(module
  (func $isnull (param externref) (result i32) (ref.is_null (local.get 0)))
  (func $id (param externref i32) (result externref) (local.get 0))
  (func (export "f") (param externref) (result externref)
    (return_call $id (local.get 0) (i32.const 1)))
  (func (export "g") (param i32 externref) (result externref)
    (return_call $id (local.get 1) (i32.const 1)))
  (func (export "n") (param externref) (result i32)
    (return_call $isnull (ref.null extern)))
)
