;; References live in tables at the index of their slot and move through
;; globals; everything about them is out of line.
(module
  (table $t 4 externref)
  (elem declare func $keep)
  (func $keep (param $i i32) (param $r externref) (result externref)
    (local $old externref)
    (local.set $old (table.get $t (local.get $i)))
    (table.set $t (local.get $i) (local.get $r))
    (select (result externref) (local.get $old) (local.get $r)
      (ref.is_null (local.get $r))))
  (func $self (result funcref) (ref.func $keep)))
