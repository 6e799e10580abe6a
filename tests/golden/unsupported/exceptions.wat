(module (tag $t (param i32)) (func $f (throw $t (i32.const 1))))
