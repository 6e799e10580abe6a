(module
  (func $wrong (export "f") (result i32)
    (i64.const 1)))
