-- A workload for the SQLite shell of this folder: a small shop, its customers
-- and orders, then everything SQL offers to ask about them. Everything in it
-- is deterministic: no random numbers, no clock, an ORDER BY wherever rows
-- could come in any order.
--
--   sqlite --count shop.db workload.sql

.print == pragmas
PRAGMA page_size = 4096;
PRAGMA journal_mode = DELETE;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
PRAGMA cache_size = 200;
PRAGMA encoding;
PRAGMA recursive_triggers = OFF;

.print == schema
CREATE TABLE city (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  population INTEGER CHECK (population > 0)
);
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city INTEGER NOT NULL REFERENCES city (id),
  credit REAL NOT NULL DEFAULT 0,
  note TEXT COLLATE NOCASE,
  picture BLOB
);
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price INTEGER NOT NULL,
  stock INTEGER NOT NULL DEFAULT 0,
  taxed INTEGER GENERATED ALWAYS AS (price * 119 / 100) STORED,
  label TEXT GENERATED ALWAYS AS (name || ' #' || id) VIRTUAL
);
CREATE TABLE purchase (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  day INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open'
);
CREATE TABLE item (
  purchase INTEGER NOT NULL REFERENCES purchase (id) ON DELETE CASCADE,
  product INTEGER NOT NULL REFERENCES product (id),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 100),
  PRIMARY KEY (purchase, product)
) WITHOUT ROWID;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  what TEXT NOT NULL,
  about INTEGER
);
CREATE TEMP TABLE scratch (a, b, c);
CREATE TABLE strictly (n INTEGER, t TEXT, r REAL, b BLOB, x ANY) STRICT;

CREATE TRIGGER purchase_added AFTER INSERT ON purchase
  WHEN new.id % 400 = 0
BEGIN
  INSERT INTO journal (what, about) VALUES ('purchase', new.id);
END;
CREATE TRIGGER price_changed AFTER UPDATE OF price ON product
  WHEN old.price <> new.price
BEGIN
  INSERT INTO journal (what, about)
  VALUES (CASE WHEN new.price > old.price THEN 'dearer' ELSE 'cheaper' END,
          new.id);
END;
CREATE TRIGGER no_negative_stock BEFORE UPDATE OF stock ON product
  WHEN new.stock < 0
BEGIN
  SELECT RAISE (ABORT, 'stock can not be negative');
END;

.print == rows
INSERT INTO city VALUES
  (1, 'Bremen', 570000), (2, 'Porto', 232000), (3, 'Kyoto', 1460000),
  (4, 'Quito', 2780000), (5, 'Tartu', 97000), (6, 'Izmir', 3060000),
  (7, 'Lyon', 522000), (8, 'Cork', 224000), (9, 'Perth', 2140000),
  (10, 'Hue', 652000);
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO customer (id, name, city, credit, note, picture)
SELECT i,
       substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1 + i * 7 % 26, 1)
         || substr('aeiou', 1 + i * 11 % 5, 1)
         || substr('bcdfghklmnprstvz', 1 + i * 13 % 16, 1)
         || substr('aeiou', 1 + i / 5 % 5, 1) || i,
       1 + (i * 31 + i / 7) % 10,
       (i * 7919 % 10007) / 8.0,
       CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'Regular'
                  WHEN 2 THEN 'regular' ELSE 'new' END,
       CASE WHEN i % 100 = 0 THEN zeroblob(i / 100) END
FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO product (id, name, price, stock)
SELECT i, 'thing-' || char(97 + i % 26) || char(97 + i / 26),
       100 + i * 37 % 900, i * 17 % 50
FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2400)
INSERT INTO purchase (id, customer, day)
SELECT i, 1 + (i * 271 + i / 3) % 600, i / 9 FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7200)
INSERT OR IGNORE INTO item (purchase, product, amount)
SELECT 1 + i % 2400, 1 + (i * i + i / 2400 * 67) % 200, 1 + i * 5 % 9 FROM n;
COMMIT;
SELECT (SELECT count(*) FROM city), (SELECT count(*) FROM customer),
       (SELECT count(*) FROM product), (SELECT count(*) FROM purchase),
       (SELECT count(*) FROM item), (SELECT count(*) FROM journal);
SELECT total_changes();
SELECT last_insert_rowid();

.print == simple questions
SELECT * FROM city ORDER BY population DESC;
SELECT id, name, credit FROM customer WHERE id BETWEEN 10 AND 15 ORDER BY id;
SELECT name FROM customer WHERE name LIKE 'ka%' ORDER BY name;
SELECT name FROM customer WHERE name GLOB 'K[ae]*[05]' ORDER BY name;
SELECT DISTINCT note FROM customer ORDER BY note;
SELECT note, count(*) FROM customer GROUP BY note ORDER BY note;
SELECT note, count(*) FROM customer GROUP BY note COLLATE BINARY
  ORDER BY note COLLATE BINARY, count(*);
SELECT count(*) FROM customer WHERE note IS NULL;
SELECT count(*) FROM customer WHERE note = 'REGULAR';
SELECT count(*) FROM customer WHERE note IS NOT 'new';
SELECT name, label, price, taxed FROM product
  WHERE price > 950 ORDER BY price, id;
SELECT id FROM product WHERE id IN (3, 1, 4, 15, 9, 165, 1000) ORDER BY id DESC;
SELECT min(price), max(price), avg(price), sum(price), total(stock)
  FROM product;
SELECT price / 100 AS hundreds, count(*), group_concat(id, ' ')
  FROM (SELECT * FROM product ORDER BY id) WHERE id <= 60
  GROUP BY hundreds HAVING count(*) > 4 ORDER BY hundreds;
SELECT id, picture FROM customer WHERE picture IS NOT NULL ORDER BY id;
SELECT id, length(picture), typeof(picture), typeof(note), typeof(credit)
  FROM customer WHERE id % 150 = 0 ORDER BY id;
SELECT rowid, * FROM journal ORDER BY rowid;
SELECT name FROM city ORDER BY length(name), name LIMIT 3 OFFSET 2;
SELECT max(name), min(name) FROM city;
VALUES (1, 'one'), (2, 'two'), (NULL, x'00ff');

.print == joins
SELECT city.name, count(*), sum(credit)
  FROM customer JOIN city ON city.id = customer.city
  GROUP BY city.id ORDER BY city.id;
SELECT city.name, count(DISTINCT purchase.customer), count(*)
  FROM purchase
  JOIN customer ON customer.id = purchase.customer
  JOIN city ON city.id = customer.city
  WHERE purchase.day < 100
  GROUP BY city.id ORDER BY 3 DESC, 1;
SELECT customer.name, sum(item.amount * product.price) AS worth
  FROM customer
  JOIN purchase ON purchase.customer = customer.id
  JOIN item ON item.purchase = purchase.id
  JOIN product ON product.id = item.product
  GROUP BY customer.id ORDER BY worth DESC, customer.id LIMIT 10;
SELECT count(*) FROM customer
  LEFT JOIN purchase ON purchase.customer = customer.id
  WHERE purchase.id IS NULL;
SELECT product.id, product.name FROM product
  LEFT JOIN item ON item.product = product.id
  WHERE item.purchase IS NULL ORDER BY product.id LIMIT 10;
SELECT a.name, b.name FROM city AS a JOIN city AS b
  ON a.population < b.population AND a.id = b.id + 1 ORDER BY a.id;
SELECT count(*) FROM city AS a CROSS JOIN city AS b CROSS JOIN city AS c
  WHERE a.id < b.id AND b.id < c.id;
SELECT name, population FROM city NATURAL JOIN
  (SELECT 3 AS id UNION SELECT 7 UNION SELECT 99) ORDER BY id;
SELECT a.id, b.id FROM (SELECT id FROM city WHERE id < 4) AS a
  FULL JOIN (SELECT id FROM city WHERE id > 2 AND id < 6) AS b USING (id)
  ORDER BY coalesce(a.id, b.id);
SELECT b.name FROM (SELECT 5 AS n UNION SELECT 50) AS a
  RIGHT JOIN city AS b ON a.n = b.id WHERE a.n IS NOT NULL;
SELECT x.id, y.id FROM purchase AS x JOIN purchase AS y
  ON y.customer = x.customer AND y.id > x.id AND y.day = x.day
  ORDER BY x.id, y.id LIMIT 5;

.print == indices
EXPLAIN QUERY PLAN SELECT * FROM purchase WHERE customer = 17;
CREATE INDEX purchase_customer ON purchase (customer);
EXPLAIN QUERY PLAN SELECT * FROM purchase WHERE customer = 17;
SELECT id, day FROM purchase WHERE customer = 17 ORDER BY id;
CREATE INDEX item_product ON item (product, amount);
SELECT count(*), sum(amount) FROM item WHERE product = 42;
CREATE UNIQUE INDEX product_label ON product (name, price);
CREATE INDEX customer_rich ON customer (credit DESC) WHERE credit > 1200;
SELECT id, credit FROM customer WHERE credit > 1240 ORDER BY credit DESC;
CREATE INDEX customer_lower ON customer (lower(name));
SELECT id FROM customer WHERE lower(name) = 'bala275' ORDER BY id;
SELECT name FROM customer WHERE lower(name) >= 'zu' ORDER BY lower(name);
REINDEX purchase_customer;
ANALYZE;
SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx;
SELECT count(*) FROM purchase INDEXED BY purchase_customer WHERE customer < 10;
SELECT count(*) FROM purchase NOT INDEXED WHERE customer < 10;
DROP INDEX customer_lower;
SELECT type, name, tbl_name FROM sqlite_schema ORDER BY name;

.print == subqueries
SELECT name FROM customer AS c WHERE credit =
  (SELECT max(credit) FROM customer WHERE city = c.city) ORDER BY city;
SELECT count(*) FROM customer WHERE EXISTS
  (SELECT 1 FROM purchase WHERE purchase.customer = customer.id AND day = 0);
SELECT count(*) FROM customer WHERE id NOT IN
  (SELECT customer FROM purchase WHERE day > 40);
SELECT id, (SELECT count(*) FROM item WHERE item.purchase = purchase.id) AS n
  FROM purchase ORDER BY n DESC, id LIMIT 4;
SELECT avg(n) FROM (SELECT count(*) AS n FROM item GROUP BY purchase);
SELECT (1, 2, 3) < (1, 2, 4), (1, NULL) = (1, 2), (2, 1) IN (VALUES (2, 1));
SELECT * FROM (SELECT name, population FROM city ORDER BY population LIMIT 5)
  ORDER BY name;

.print == compound
SELECT id FROM city WHERE id < 4 UNION SELECT id FROM city WHERE id > 2
  AND id < 6 ORDER BY 1;
SELECT id FROM city WHERE id < 4 UNION ALL SELECT id FROM city WHERE id < 3
  ORDER BY 1;
SELECT id FROM city INTERSECT SELECT city FROM customer WHERE id < 4 ORDER BY 1;
SELECT id FROM city EXCEPT SELECT city FROM customer WHERE id < 9 ORDER BY 1;

.print == text
SELECT upper('straße'), lower('ÄBC'), length('日本語'), hex('日本語');
SELECT substr('wasm', 2), substr('wasm', -2), substr('wasm', 2, 2),
       substr('日本語', 2, 1);
SELECT trim('  x '), ltrim('xxabc', 'x'), rtrim('abcxx', 'xc'),
       trim('--a-b--', '-');
SELECT replace('a-b-c', '-', '+'), instr('haystack', 'st'),
       instr('haystack', 'z');
SELECT 'a' || 1 || NULL, 'a' || 1 || 2.5, concat('a', NULL, 2),
       concat_ws('/', 'a', NULL, 'b');
SELECT quote('it''s'), quote(NULL), quote(2.5), quote(x'0a0b'), quote(7);
SELECT unicode('€'), char(8364, 33), unhex('4869'), hex(zeroblob(3));
SELECT format('%05d|%-6s|%+.3f|%x|%c|%%|%,d', 42, 'ab', 3.14159, 255, 'z',
              1234567);
SELECT format('%q %Q %w', 'it''s', 'it''s', 'a"b');
SELECT format('%g %e %.10g %G', 0.0001, 12345.678, 1.0 / 3, 1e20);
SELECT 'abc' LIKE 'A_C', 'abc' LIKE 'a\%' ESCAPE '\', 'a%' LIKE 'a\%' ESCAPE
       '\', 'abc' GLOB 'a?c', 'abc' GLOB 'A*';
SELECT 'a' < 'B', 'a' < 'B' COLLATE NOCASE, 'a ' = 'a' COLLATE RTRIM;
SELECT soundex_missing.x FROM (SELECT 'no such function here' AS x)
  AS soundex_missing;
SELECT group_concat(name, ',' ORDER BY name DESC) FROM city;
SELECT string_agg(substr(name, 1, 1), '') FROM
  (SELECT name FROM city ORDER BY id);
SELECT sum(length(name)), sum(unicode(name)) FROM customer;
SELECT name, substr(name, 1, instr(name, 'r') - 1) FROM city
  WHERE name LIKE '%r%' ORDER BY id;
SELECT octet_length('日本語'), octet_length(12345), length(12345.5);
SELECT likely(1), unlikely(0), coalesce(NULL, NULL, 'z'), ifnull(NULL, 3),
       nullif(4, 4), iif(1 < 2, 'yes', 'no');

.print == numbers
SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 1 / 0, 5 % 0;
SELECT 1 << 4, -1 >> 60, 6 & 3, 6 | 3, ~6, 1 << 63, 1 << 64;
SELECT 9223372036854775807 + 1, -9223372036854775807 - 1,
       9223372036854775807 * 2;
SELECT abs(-4), abs(-4.5), sign(-3), sign(0), round(2.567, 2), round(-2.5),
       round(1e15 + 0.3);
SELECT max(3, 1, 2), min('b', 'a', 'c'), max(1, 'a'), min(1, NULL);
SELECT sqrt(2), exp(1), ln(10), log2(8), log10(1000), pow(2, 0.5);
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan2(1, 2);
SELECT floor(-2.5), ceil(-2.5), trunc(-2.5), mod(7.5, 2), degrees(pi()),
       radians(180);
SELECT cast('12abc' AS INTEGER), cast('1e3x' AS REAL), cast(3.99 AS INTEGER),
       cast(-3.99 AS INTEGER), cast(1e300 AS INTEGER), cast(65 AS TEXT);
SELECT typeof(1), typeof(1.0), typeof('1'), typeof(x'31'), typeof(NULL),
       typeof(1 + 1.0), typeof('1' + 1);
SELECT 0.1 + 0.2, 1e308 * 10, -1e308 * 10, 1.0, 100000000000000000000.0,
       1e-5, 123456789.123456789;
SELECT 1 = 1.0, '1' = 1, 1 < 'a', NULL = NULL, NULL IS NULL, 1 IS NOT 2;
SELECT NOT 0, NOT NULL, 1 AND NULL, 0 AND NULL, 1 OR NULL, 0 OR NULL;
SELECT 0x10, 0x7fffffffffffffff, 1_000_000;
SELECT sum(credit), avg(credit), total(credit) FROM customer;
SELECT id, credit, cast(credit AS INTEGER), round(credit, 1) FROM customer
  WHERE id IN (1, 77, 400) ORDER BY id;

.print == dates
SELECT date('2024-02-29', '+1 year'), date('2024-02-29', '-1 day'),
       time('12:00', '+90 minutes');
SELECT datetime(0, 'unixepoch'), strftime('%Y week %W day %j', '2026-11-21');
SELECT julianday('2000-01-01 12:00'), unixepoch('2001-09-09 01:46:40');
SELECT date('2026-01-31', 'start of month', '+1 month', '-1 day'),
       strftime('%w', '2026-11-21'), timediff('2026-03-01', '2024-02-29');
SELECT date('2026-01-01', '+' || day || ' days'), count(*) FROM purchase
  WHERE day % 30 = 0 GROUP BY day ORDER BY day LIMIT 5;

.print == common tables
WITH RECURSIVE fib (n, a, b) AS (
  SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM fib WHERE n < 30)
SELECT group_concat(a, ' ') FROM fib;
WITH RECURSIVE sieve (n) AS (
  SELECT 2 UNION ALL SELECT n + 1 FROM sieve WHERE n < 120)
SELECT group_concat(n, ' ') FROM (SELECT n FROM sieve AS a WHERE NOT EXISTS
  (SELECT 1 FROM sieve AS b WHERE b.n < a.n AND a.n % b.n = 0) ORDER BY n);
WITH RECURSIVE hanoi (step, moves) AS (
  SELECT 1, 'a' UNION ALL
  SELECT step + 1, moves || char(97 + step) || moves FROM hanoi WHERE step < 6)
SELECT step, moves FROM hanoi;
WITH RECURSIVE collatz (start, n, steps) AS (
  SELECT id, id, 0 FROM city UNION ALL
  SELECT start, CASE WHEN n % 2 THEN 3 * n + 1 ELSE n / 2 END, steps + 1
  FROM collatz WHERE n > 1)
SELECT start, max(steps), max(n) FROM collatz GROUP BY start ORDER BY start;
WITH RECURSIVE
  xaxis (x) AS (SELECT -2.0 UNION ALL SELECT x + 0.1 FROM xaxis WHERE x < 0.9),
  yaxis (y) AS (SELECT -1.0 UNION ALL SELECT y + 0.2 FROM yaxis WHERE y < 0.9),
  m (iter, cx, cy, x, y) AS (
    SELECT 0, x, y, 0.0, 0.0 FROM xaxis, yaxis
    UNION ALL
    SELECT iter + 1, cx, cy, x * x - y * y + cx, 2.0 * x * y + cy FROM m
    WHERE x * x + y * y < 4.0 AND iter < 14)
SELECT group_concat(substr(' .+*#', 1 + min(iter / 3, 4), 1), '') FROM
  (SELECT max(iter) AS iter, cx, cy FROM m GROUP BY cx, cy ORDER BY cy, cx)
  GROUP BY cy ORDER BY cy;
WITH spent (customer, worth) AS MATERIALIZED (
  SELECT customer, sum(amount * price) FROM purchase
  JOIN item ON item.purchase = purchase.id
  JOIN product ON product.id = item.product GROUP BY customer)
SELECT count(*), min(worth), max(worth), avg(worth) FROM spent;
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a)
SELECT a.x, b.x FROM a, b;

.print == windows
SELECT name, population, rank() OVER (ORDER BY population DESC),
       sum(population) OVER (ORDER BY population DESC)
  FROM city ORDER BY population DESC;
SELECT id, credit, row_number() OVER w, lag(credit, 1, -1) OVER w,
       lead(id) OVER w, first_value(id) OVER w
  FROM customer WHERE id <= 8 WINDOW w AS (ORDER BY credit, id) ORDER BY id;
SELECT id, city, dense_rank() OVER (PARTITION BY city ORDER BY id),
       count(*) OVER (PARTITION BY city)
  FROM customer WHERE id <= 20 ORDER BY id;
SELECT day, n, avg(n) OVER (ORDER BY day ROWS BETWEEN 2 PRECEDING AND
       2 FOLLOWING), sum(n) OVER (ORDER BY day RANGE BETWEEN 10 PRECEDING AND
       CURRENT ROW EXCLUDE CURRENT ROW)
  FROM (SELECT day, sum(amount) AS n FROM purchase JOIN item
        ON item.purchase = purchase.id WHERE day % 10 = 0 AND day < 120
        GROUP BY day) ORDER BY day;
SELECT id, ntile(4) OVER (ORDER BY id), cume_dist() OVER (ORDER BY id),
       percent_rank() OVER (ORDER BY id), nth_value(name, 3) OVER (ORDER BY id)
  FROM city ORDER BY id;
SELECT city, group_concat(id, ' ') FILTER (WHERE id % 2 = 0)
       OVER (PARTITION BY city ORDER BY id GROUPS 2 PRECEDING)
  FROM customer WHERE id <= 12 ORDER BY city, id;

.print == views
CREATE VIEW worth AS
  SELECT purchase.id AS id, purchase.customer AS customer,
         sum(item.amount * product.taxed) AS cents
  FROM purchase JOIN item ON item.purchase = purchase.id
  JOIN product ON product.id = item.product GROUP BY purchase.id;
SELECT count(*), sum(cents) FROM worth;
SELECT * FROM worth WHERE id IN (1, 500, 2300) ORDER BY id;
CREATE VIEW rich AS SELECT id, name FROM customer WHERE credit > 1000;
SELECT count(*) FROM rich;
CREATE TRIGGER rich_insert INSTEAD OF INSERT ON rich BEGIN
  INSERT INTO customer (id, name, city, credit) VALUES (new.id, new.name, 1,
                                                         9999);
END;
INSERT INTO rich VALUES (5000, 'Croesus');
SELECT * FROM customer WHERE id = 5000;
CREATE TEMP VIEW few AS SELECT * FROM city LIMIT 2;
SELECT count(*) FROM few;

.print == changes
UPDATE product SET price = price + 5 WHERE id % 60 = 0;
SELECT changes();
UPDATE product SET price = price - 1 WHERE id = 7 RETURNING id, price, taxed;
UPDATE customer SET credit = credit * 1.5, note = upper(note)
  WHERE city = 5 AND id < 60;
UPDATE purchase SET state = 'paid' FROM customer
  WHERE customer.id = purchase.customer AND customer.city = 3;
SELECT state, count(*) FROM purchase GROUP BY state ORDER BY state;
UPDATE purchase SET state = 'sent' WHERE id IN
  (SELECT id FROM purchase WHERE state = 'paid' ORDER BY day, id LIMIT 50);
SELECT state, count(*), min(id), max(id) FROM purchase GROUP BY state
  ORDER BY state;
INSERT INTO city VALUES (3, 'Kyoto', 1500000)
  ON CONFLICT (id) DO UPDATE SET population = excluded.population
  RETURNING *;
INSERT INTO city VALUES (11, 'Oslo', 709000) ON CONFLICT DO NOTHING;
INSERT OR IGNORE INTO city VALUES (12, 'Oslo', 1);
REPLACE INTO city VALUES (12, 'Turku', 195000);
SELECT * FROM city WHERE id >= 10 ORDER BY id;
DELETE FROM item WHERE amount = 9 AND product % 7 = 0;
SELECT changes(), count(*) FROM item;
DELETE FROM customer WHERE id = 100;
SELECT count(*) FROM purchase WHERE customer = 100;
DELETE FROM journal WHERE about IS NULL RETURNING id;
SELECT what, count(*), sum(about) FROM journal GROUP BY what ORDER BY what;
INSERT INTO scratch SELECT id, name, population FROM city;
INSERT INTO scratch DEFAULT VALUES;
UPDATE scratch SET (a, b) = (SELECT 0, 'nothing') WHERE a IS NULL;
SELECT * FROM scratch WHERE a < 3 ORDER BY a;
INSERT INTO strictly VALUES (1, 'one', 1.5, x'01', 'any'), (2, 'two', 2, x'02',
                                                            3);
SELECT *, typeof(r), typeof(x) FROM strictly;

.print == failures
.fails
INSERT INTO city VALUES (1, 'Again', 5);
.fails
INSERT INTO city VALUES (20, 'Bremen', 5);
.fails
INSERT INTO city VALUES (21, 'Ghost', 0);
.fails
INSERT INTO city (id, population) VALUES (22, 5);
.fails
INSERT INTO customer (name, city) VALUES ('Nowhere', 99);
.fails
DELETE FROM city WHERE id = 1;
.fails
UPDATE product SET stock = stock - 1000 WHERE id = 5;
.fails
UPDATE product SET taxed = 1;
.fails
INSERT INTO strictly VALUES ('x', 'y', 0, x'', NULL);
.fails
SELECT * FROM nowhere;
.fails
SELECT no_such_function(1);
.fails
SELEKT 1;
.fails
SELECT abs(-9223372036854775807 - 1);
.fails
SELECT sum(9223372036854775807) FROM city;
.fails
CREATE TABLE city (id);
SELECT count(*) FROM city;

.print == transactions
BEGIN;
DELETE FROM item;
SELECT count(*) FROM item;
ROLLBACK;
SELECT count(*) FROM item;
BEGIN IMMEDIATE;
UPDATE customer SET credit = 0;
SAVEPOINT one;
INSERT INTO city VALUES (30, 'Gera', 90000);
SAVEPOINT two;
DELETE FROM city WHERE id = 30;
SELECT count(*) FROM city WHERE id = 30;
ROLLBACK TO two;
SELECT count(*) FROM city WHERE id = 30;
RELEASE two;
ROLLBACK TO one;
SELECT count(*) FROM city WHERE id = 30;
RELEASE one;
SELECT sum(credit) FROM customer;
ROLLBACK;
SELECT sum(credit) FROM customer;
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO journal (what, about) SELECT 'bulk', i FROM n;
.fails
INSERT INTO journal (id, what) VALUES (1, 'twice');
SELECT count(*) FROM journal WHERE what = 'bulk';
COMMIT;
BEGIN;
DROP TABLE journal;
CREATE TABLE journal (other);
ROLLBACK;
SELECT count(*), max(id) FROM journal;
.fails
COMMIT;

.print == json
SELECT json('{ "a" : [1, 2.5, "x", null, true] }');
SELECT json_extract('{"a":[1,2,{"b":"deep"}]}', '$.a[2].b', '$.a[1]');
SELECT '{"a":{"b":[10,20]}}' -> '$.a', '{"a":{"b":[10,20]}}' ->> '$.a.b[1]';
SELECT json_array(1, 'two', NULL, 3.5), json_object('k', 1, 'l', json('[2]'));
SELECT json_set('{"a":1}', '$.b', 2), json_remove('{"a":1,"b":2}', '$.a'),
       json_patch('{"a":1,"b":2}', '{"b":null,"c":3}');
SELECT key, value, type, fullkey FROM json_tree('{"a":[1,{"b":2}],"c":"x"}');
SELECT json_group_array(name) FROM (SELECT name FROM city ORDER BY id);
SELECT json_group_object(name, population) FROM
  (SELECT * FROM city WHERE id < 4 ORDER BY id);
SELECT json_valid('{"a":1}'), json_valid('{a:1'), json_type('[1]', '$[0]'),
       json_array_length('[1,2,3]');
SELECT sum(value) FROM json_each((SELECT json_group_array(price)
  FROM product));
SELECT hex(jsonb('[1,"a"]')), json(jsonb('{"k":[null]}'));
.fails
SELECT json('{bad');

.print == schema changes
ALTER TABLE customer ADD COLUMN age INTEGER DEFAULT 40;
UPDATE customer SET age = 20 + id % 60 WHERE id % 3 = 0;
SELECT age, count(*) FROM customer GROUP BY age ORDER BY count(*) DESC, age
  LIMIT 4;
ALTER TABLE customer RENAME COLUMN note TO remark;
SELECT remark, count(*) FROM customer GROUP BY 1 ORDER BY 1;
ALTER TABLE customer DROP COLUMN picture;
ALTER TABLE strictly RENAME TO stern;
SELECT name, type, "notnull", pk FROM pragma_table_info('customer');
SELECT sql FROM sqlite_schema WHERE name = 'customer';
CREATE TABLE archive AS SELECT * FROM worth WHERE cents > 10000;
SELECT count(*), sum(cents) FROM archive;
DROP VIEW rich;
DROP TABLE stern;
SELECT name FROM pragma_index_list('purchase');
PRAGMA user_version = 7;
PRAGMA user_version;

.print == other databases
ATTACH ':memory:' AS side;
CREATE TABLE side.copy AS SELECT id, name FROM main.city;
SELECT count(*) FROM side.copy JOIN main.city USING (id, name);
SELECT name FROM side.sqlite_schema;
DETACH side;
CREATE TABLE big (id INTEGER PRIMARY KEY, filler TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO big SELECT i, replace(hex(zeroblob(i * 40)), '00', 'lorem ')
  FROM n;
SELECT count(*), sum(length(filler)), max(length(filler)) FROM big;
SELECT id, substr(filler, -12) FROM big WHERE id % 20 = 0 ORDER BY id;
DELETE FROM big WHERE id % 3;
SELECT count(*), sum(length(filler)) FROM big;

.print == the end
PRAGMA foreign_key_check;
PRAGMA integrity_check;
VACUUM;
PRAGMA page_count;
PRAGMA freelist_count;
PRAGMA quick_check;
SELECT count(*), sum(rootpage > 0) FROM sqlite_schema;
SELECT sum(id * 31 + length(name)) % 1000003 FROM customer;
