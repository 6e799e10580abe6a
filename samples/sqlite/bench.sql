-- The benchmark's workload: inserts, index searches, joins, aggregates, sorts,
-- text, updates and deletes on tables whose size grows with :scale (0 makes
-- none). In memory, so that the time is SQLite's and not the disk's.
--
--   sqlite --set scale=100 :memory: bench.sql

CREATE TABLE point (
  id INTEGER PRIMARY KEY, x INTEGER, y INTEGER, tag TEXT, weight REAL);
CREATE TABLE link (a INTEGER, b INTEGER, kind TEXT, PRIMARY KEY (a, b))
  WITHOUT ROWID;

BEGIN;
WITH RECURSIVE n (i) AS (
  SELECT 1 WHERE :scale > 0
  UNION ALL SELECT i + 1 FROM n WHERE i < :scale * 200)
INSERT INTO point
SELECT i, i * 7919 % 10007, i * 104729 % 9973,
       char(97 + i % 26, 97 + i / 26 % 26) || '-' || (i * 31 % 1000),
       (i % 1013) / 16.0
FROM n;
WITH RECURSIVE n (i) AS (
  SELECT 1 WHERE :scale > 0
  UNION ALL SELECT i + 1 FROM n WHERE i < :scale * 300)
INSERT OR IGNORE INTO link
SELECT 1 + i * 37 % (:scale * 200),
       1 + (i * 53 + i / (:scale * 200) * 17) % (:scale * 200),
       substr('nearfar aboveunder', 1 + i % 4 * 4, 4)
FROM n;
COMMIT;

CREATE INDEX point_xy ON point (x, y);
CREATE INDEX point_tag ON point (tag);
SELECT count(*), sum(x), sum(y), sum(weight) FROM point;
SELECT count(*) FROM link;

-- Index searches, one for each row of the outer query.
SELECT count(*), sum(b.y) FROM point AS a JOIN point AS b
  ON b.x = (a.x + 1) % 10007 WHERE a.id % 2 = 0;
SELECT count(*), sum(p.weight * q.weight) FROM link
  JOIN point AS p ON p.id = link.a JOIN point AS q ON q.id = link.b
  WHERE link.kind <> 'far ';

-- Grouping, sorting, text.
SELECT substr(tag, 1, 1) AS letter, count(*), avg(weight), max(tag)
  FROM point GROUP BY letter ORDER BY letter;
SELECT sum(length(upper(tag) || replace(tag, '-', '--'))),
       sum(instr(tag, '9')), count(DISTINCT tag) FROM point;
SELECT count(*) FROM point WHERE tag LIKE '%-1_3' OR tag GLOB 'b*[0-4]';
SELECT id, x, y FROM point ORDER BY y * 3 % 1009, x DESC, id LIMIT 5;
SELECT max(r), sum(r % 7) FROM (
  SELECT rank() OVER (PARTITION BY id % 50 ORDER BY weight, id) AS r
  FROM point);
SELECT format('%.3f %d', sum(sqrt(x * x + y * y)), sum(x & y | id % 8))
  FROM point;
SELECT sum(json_extract(json_object('x', x, 'y', json_array(y, tag)),
                        '$.y[0]')) FROM point WHERE id % 8 = 0;

-- Changes.
BEGIN;
UPDATE point SET weight = weight * 1.5, x = x + 1 WHERE id % 3 = 0;
DELETE FROM point WHERE tag LIKE 'c%';
UPDATE point SET tag = tag || 'z' WHERE y < 2000;
ROLLBACK;
UPDATE point SET x = y, y = x WHERE id % 5 = 0;
DELETE FROM link WHERE (a + b) % 4 = 2;
SELECT count(*), sum(x * id % 101) FROM point WHERE x BETWEEN 2000 AND 4000;
SELECT count(*) FROM link;
PRAGMA integrity_check;
