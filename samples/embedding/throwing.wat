;; An app that calls the embedder from some calls deep; the embedder throws.
(module
  (import "env" "ask" (func $ask (param i32) (result i32)))
  (func $deep (export "deep") (param $n i32) (result i32)
    (if (result i32) (local.get $n)
      (then
        (i32.add
          (call $deep (i32.sub (local.get $n) (i32.const 1)))
          (i32.const 1)))
      (else (call $ask (local.get $n))))))
