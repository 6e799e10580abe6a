(module (type $t (func)) (func $f (param (ref $t)) (call_ref $t (local.get 0))))
