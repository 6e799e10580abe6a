(module (type $s (struct (field i32))) (func $f (drop (struct.new $s (i32.const 1)))))
