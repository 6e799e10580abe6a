;; An app of which the embedder provides memory, table and a mutable global: it
;; adds up what lies in the memory by a function that the embedder puts into the
;; table, offers one of its own there, and counts its calls in the global.
(module
  (type $operator (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory 1 4))
  (import "env" "operators" (table 2 8 funcref))
  (import "env" "calls" (global $calls (mut i32)))
  (func $count
    (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func $difference (type $operator)
    (call $count)
    (i32.sub (local.get 0) (local.get 1)))
  (elem (i32.const 1) func $difference)
  (data (i32.const 64) "\01\00\00\00\02\00\00\00\03\00\00\00")
  ;; Folds `n` words at `at` by the operator `which`.
  (func (export "fold") (param $at i32) (param $n i32) (param $which i32)
    (result i32)
    (local $sum i32)
    (call $count)
    (loop $next
      (if (local.get $n)
        (then
          (local.set $sum
            (call_indirect (type $operator)
              (local.get $sum) (i32.load (local.get $at))
              (local.get $which)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $next))))
    (local.get $sum))
  (func (export "more") (result i32) (memory.grow (i32.const 1))))
