(module
  (func (export "swap") (param i32 i64) (result i64 i32)
    (local.get 1) (local.get 0))
  (func (export "halve") (param f32 f64) (result f32 f64)
    (f32.mul (local.get 0) (f32.const 0.5))
    (f64.mul (local.get 1) (f64.const 0.5)))
  (func (export "none"))
  (memory (export "memory") 1))
