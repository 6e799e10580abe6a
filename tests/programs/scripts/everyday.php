<?php
// What PHP programs do every day, printed so that it can be compared: all of it
// is the same on every host. It reads and writes files in /data and ends with an
// exit code of its own: for an exception that nobody catches PHP's is 255, which
// hosts take in different ways, and in a handler of such ones this build traps.

declare(strict_types=1);

namespace Everyday;

function title(string $text): void
{
    echo "== $text\n";
}

function numbers(): void
{
    title("numbers");
    var_dump(2 ** 62, 2 ** 63, 2 ** -1, 7 % -3, -7 % 3, intdiv(-7, 2), 7 <=> 8);
    var_dump(0.1 + 0.2, 1e308 * 10, -0.0, 1 / 3, 1e-7, 123456789.123456789);
    var_dump(sqrt(2), M_PI ** 10, atan2(1, -2), hypot(3, 4), log(10), fmod(7.5, 2));
    var_dump(PHP_INT_MAX + 1, ~5, 1 << 40, -1 >> 3, 6 ^ 3, 0b1011, 0x1F, 0o17);
    var_dump(round(2.5), round(-3.45, 1), floor(-1.5), is_nan(NAN), INF <=> 1);
    var_dump(base_convert("zz", 36, 7), hexdec("ff"), decbin(37), number_format(1234567.891, 2));
    var_dump((int) "12abc", (float) "1.5e3x", "10" == "1e1", 0 == "a", null ?? "none");
    mt_srand(42);
    var_dump(mt_rand(), mt_rand(1, 6), mt_rand(1, 1000));
    printf("%08.3f|%-10s|%+d|%x|%e|%o|%b|%'*9s|%%|%c|%5.1f\n", 3.14159, "left", 5, 255,
        12345.678, 8, 5, "pad", 65, -2.25);
    for ($i = 1, $product = 1; $i <= 25; ++$i)
        $product *= (float) $i;
    var_dump($product);
}

function strings(): void
{
    title("strings");
    $text = "The quick brown fox — jumps över the lazy dog: ß 数字 🎉";
    var_dump(strtoupper($text), strlen($text), ucwords("title case-of words"), strrev("abc"));
    var_dump(substr($text, -4), strpos($text, "fox"), substr_count($text, "o"), str_word_count("a b c"));
    var_dump(explode(",", "a,b,,c"), implode("|", str_split("abcdefg", 3)), trim("  x \n"));
    var_dump(str_pad("5", 3, "0", STR_PAD_LEFT), wordwrap("The quick brown fox", 10, "\n", true));
    var_dump(similar_text("World", "Word"), levenshtein("kitten", "sitting"), soundex("Robert"),
        metaphone("Thompson"), nl2br("a\nb"), htmlspecialchars("<a href='x'>&</a>"));
    var_dump(strtr("Hi all", ["Hi" => "Hello", "all" => "world"]), vsprintf("%2\$s-%1\$04d", [7, "x"]));
    var_dump(bin2hex(pack("nvNVedc*", 1, 2, 3, 4, 5.5, 6.25, -1, 7)), unpack("nbig/vlittle", "\x01\x02\x03\x04"));
    var_dump(preg_match('/(?<year>\d+)-(\d+)/', "on 2024-02-29", $found), $found);
    var_dump(preg_replace('/(\w+) (\w+)/u', '$2 $1', "över the"), preg_split('/[\s,]+/', "a, b  c,d"),
        preg_quote("a.b*c"), preg_replace_callback('/\d+/', fn($m) => (string) ($m[0] * 2), "x1y22"));
    var_dump(preg_match_all('/(a)(b)?/', "abaab", $all, PREG_SET_ORDER), count($all));
    var_dump(sprintf("%s", 1.0), "a" . 1 . 2.5, "abc"[1], "abc"[-1], "z" <=> "aa", "\u{1F600}");
    $z = "Az";
    $z++;
    echo <<<TEXT
      heredoc {$z}
        indented
      TEXT, "\n";
}

function digests(): void
{
    title("digests");
    foreach (["md5", "sha1", "sha256", "sha512", "crc32b", "adler32", "fnv1a64", "xxh64", "whirlpool"] as $name)
        echo $name, " ", hash($name, str_repeat("ireko", 1000)), "\n";
    var_dump(crc32("hello"), base64_encode(random_like(40)), hash_hmac("sha256", "a", "key"),
        urlencode("a b&c=ü"), http_build_query(["a" => [1, 2], "b" => "x y"]), quoted_printable_encode("é="));
}

function random_like(int $length): string
{
    for ($state = 1, $bytes = ""; strlen($bytes) < $length; $bytes .= chr($state >> 12))
        $state = ($state * 1103 + 12345) & 0xfffff;
    return $bytes;
}

function arrays(): void
{
    title("arrays");
    $numbers = range(1, 20);
    shuffle_like($numbers);
    echo implode(" ", $numbers), "\n";
    sort($numbers);
    $squares = array_map(fn(int $x): int => $x ** 2, $numbers);
    var_dump(array_sum($squares), array_product([2, 3.5]), array_slice($squares, -3, 2, true));
    var_dump(array_filter($numbers, fn($x) => $x % 7 == 0), array_reduce($numbers, fn($c, $x) => $c . $x, ""));
    $people = [["name" => "Zoë", "age" => 31], ["name" => "adam", "age" => 4], ["name" => "Bob", "age" => 31]];
    usort($people, fn($a, $b) => [$b["age"], $a["name"]] <=> [$a["age"], $b["name"]]);
    echo json_encode($people, JSON_UNESCAPED_UNICODE | JSON_PRETTY_PRINT), "\n";
    var_dump(array_column($people, "age", "name"), array_unique([1, "1", 2, 2.0, "a", "A"]));
    var_dump(array_merge_recursive(["a" => [1]], ["a" => [2], "b" => 3]), array_fill_keys(["x", "y"], 0));
    $mixed = ["10", 9, "1e1", "abc", 1.5, "x9", "x10", true, null];
    sort($mixed);
    $natural = ["img12", "img10", "IMG2", "img1"];
    natcasesort($natural);
    var_dump($mixed, $natural, array_combine(["a", "b"], [1, 2]), compact("natural") == ["natural" => $natural]);
    [$first, [, $second]] = [1, [2, 3]];
    ["k" => $third] = ["k" => 4];
    $list = ["b" => 1, "a" => 2];
    ksort($list);
    foreach ($list as $key => &$value)
        $value = "$key$value";
    unset($value);
    var_dump($first + $second + $third, $list, array_walk_recursive($people, function ($v, $k) { echo "$k=$v;"; }));
    for ($i = 0, $big = []; $i < 20000; ++$i)
        $big["key" . ($i * 7919 % 20011)] = $i;
    ksort($big);
    var_dump(count($big), array_key_first($big), array_key_last($big), md5(serialize($big)));
}

function shuffle_like(array &$items): void
{
    for ($i = count($items) - 1; $i > 0; --$i) {
        $j = (crc32("$i") & 0xffff) % ($i + 1);
        [$items[$i], $items[$j]] = [$items[$j], $items[$i]];
    }
}

interface Shape
{
    const SIDES = 0;
    public function area(): float;
}

trait Named
{
    private static int $made = 0;
    public static function make(mixed ...$arguments): static
    {
        ++self::$made;
        return new static(...$arguments);
    }
    public function __toString(): string
    {
        return static::class . sprintf("(%.2f, %d)", $this->area(), static::SIDES);
    }
    public static function made(): int
    {
        return self::$made;
    }
}

final class Circle implements Shape, \JsonSerializable
{
    use Named;
    public function __construct(public readonly float $radius)
    {
    }
    public function area(): float
    {
        return M_PI * $this->radius ** 2;
    }
    public function jsonSerialize(): array
    {
        return ["circle" => $this->radius];
    }
}

class Rectangle implements Shape, \ArrayAccess, \IteratorAggregate, \Countable
{
    use Named;
    const SIDES = 4;
    private array $sides;
    public function __construct(float $a, float $b = 1)
    {
        $this->sides = [$a, $b];
    }
    public function area(): float
    {
        return array_product($this->sides);
    }
    public function __get(string $name): mixed
    {
        return "no $name";
    }
    public function __call(string $name, array $arguments): string
    {
        return "$name(" . implode(",", $arguments) . ")";
    }
    public function offsetExists(mixed $at): bool
    {
        return isset($this->sides[$at]);
    }
    public function offsetGet(mixed $at): float
    {
        return $this->sides[$at] ?? throw new \OutOfRangeException("no side $at", 5);
    }
    public function offsetSet(mixed $at, mixed $to): void
    {
        $this->sides[$at] = $to;
    }
    public function offsetUnset(mixed $at): void
    {
        unset($this->sides[$at]);
    }
    public function getIterator(): \Iterator
    {
        yield from $this->sides;
    }
    public function count(): int
    {
        return count($this->sides);
    }
}

enum Suit: string
{
    case Hearts = "H";
    case Spades = "S";
    public function label(): string
    {
        return ucfirst(strtolower($this->name));
    }
}

function objects(): void
{
    title("objects");
    $shapes = [Circle::make(1.5), Rectangle::make(2, b: 3.5), new Rectangle(4)];
    echo implode(" ", $shapes), " ", Circle::made(), Rectangle::made(), "\n";
    $rectangle = $shapes[1];
    $rectangle[2] = 2.0;
    var_dump(isset($rectangle[3]), count($rectangle), iterator_to_array($rectangle), $rectangle->colour,
        $rectangle->paint("red", 2), json_encode($shapes), $shapes[2] instanceof Shape);
    unset($rectangle[2]);
    try {
        $rectangle[7];
    } catch (\OutOfRangeException $error) {
        echo get_class($error), ": ", $error->getMessage(), " ", $error->getCode(), "\n";
    }
    try {
        $shapes[0]->radius = 2.0;
    } catch (\Error $error) {
        echo $error->getMessage(), "\n";
    }
    var_dump(Suit::from("H")->label(), Suit::tryFrom("X"), Suit::cases());
    $copy = unserialize(serialize([1, 1.5, "x" => [true, null], clone $rectangle]));
    var_dump($copy == [1, 1.5, "x" => [true, null], $rectangle], serialize($copy));
    $anonymous = new class {
        public function __invoke(int $x): int
        {
            return $x * 2;
        }
    };
    $compose = fn(callable ...$all) => fn($x) => array_reduce($all, fn($v, $f) => $f($v), $x);
    var_dump($compose($anonymous, strval(...), strrev(...))(21), array_map($anonymous, [1, 2]));
    $reflection = new \ReflectionClass(Circle::class);
    foreach ($reflection->getMethods() as $method)
        echo $method->getName(), $method->isStatic() ? " static" : "", ";";
    echo "\n", match (true) { $rectangle->area() > 5 => "large", default => "small" }, "\n";
}

function generators(): void
{
    title("generators");
    $walk = function (int $n) {
        for ($i = 0; $i < $n; ++$i) {
            $sent = yield $i => $i * $i;
            if ($sent)
                echo "got $sent\n";
        }
        return "end";
    };
    $running = $walk(4);
    foreach ($running as $key => $value)
        echo "$key=$value ";
    echo $running->getReturn(), "\n";
    $running = $walk(3);
    var_dump($running->current(), $running->send("word"), $running->key());
    $heap = new \SplPriorityQueue();
    foreach (["c" => 3, "a" => 9, "b" => 5] as $item => $priority)
        $heap->insert($item, $priority);
    while (!$heap->isEmpty())
        echo $heap->extract(), " ";
    $list = new \SplDoublyLinkedList();
    foreach ([1, 2, 3] as $item)
        $list->unshift($item);
    echo implode(",", iterator_to_array($list)), "\n";
    $limited = new \LimitIterator(new \InfiniteIterator(new \ArrayIterator([1, 2, 3])), 2, 5);
    echo implode(",", iterator_to_array($limited, false)), "\n";
}

function files(): void
{
    title("files");
    foreach (file("/data/in.txt", FILE_IGNORE_NEW_LINES) as $number => $line)
        echo $number + 1, ": $line\n";
    file_put_contents("/data/out.csv", "");
    $out = fopen("/data/out.csv", "w");
    foreach ([["a", "b c", 'd"e'], [1, 2.5, null]] as $row)
        fputcsv($out, $row);
    fclose($out);
    $in = fopen("/data/out.csv", "r");
    while (($row = fgetcsv($in)) !== false)
        echo json_encode($row), "\n";
    fseek($in, -4, SEEK_END);
    var_dump(fread($in, 10), feof($in), ftell($in), filesize("/data/out.csv"), is_dir("/data"));
    fclose($in);
    mkdir("/data/sub");
    file_put_contents("/data/sub/blob", random_like(5000));
    rename("/data/sub/blob", "/data/sub/moved");
    copy("/data/sub/moved", "/data/sub/copied");
    $names = scandir("/data/sub");
    sort($names);
    var_dump($names, md5_file("/data/sub/copied"), unlink("/data/sub/moved"), file_exists("/data/sub/moved"));
    var_dump(@file_get_contents("/data/none"), error_get_last()["message"]);
}

function numerics(): void
{
    title("numerics");
    $fib = function (int $n) use (&$fib): int {
        return $n < 2 ? $n : $fib($n - 1) + $fib($n - 2);
    };
    $sieve = array_fill(0, 5000, true);
    for ($i = 2; $i * $i < 5000; ++$i)
        if ($sieve[$i])
            for ($j = $i * $i; $j < 5000; $j += $i)
                $sieve[$j] = false;
    $matrix = [];
    for ($i = 0; $i < 12; ++$i)
        for ($j = 0; $j < 12; ++$j)
            $matrix[$i][$j] = 1 / ($i + $j + 1) + ($i == $j ? 1 : 0);
    for ($determinant = 1.0, $k = 0; $k < 12; ++$k) {
        $determinant *= $matrix[$k][$k];
        for ($i = $k + 1; $i < 12; ++$i) {
            $factor = $matrix[$i][$k] / $matrix[$k][$k];
            for ($j = $k; $j < 12; ++$j)
                $matrix[$i][$j] -= $factor * $matrix[$k][$j];
        }
    }
    var_dump($fib(18), count(array_filter($sieve)) - 2, $determinant);
}

function dates(): void
{
    title("dates");
    date_default_timezone_set("UTC");
    $date = new \DateTimeImmutable("2024-02-29 12:34:56");
    echo $date->format(DATE_ATOM), " ", $date->modify("+1 year -1 week")->format("D, d M y z W"), "\n";
    echo $date->diff(new \DateTimeImmutable("2026-11-30"))->format("%R %y %m %d %a"), " ", date("N jS F Y", 86400 * 365), "\n";
    $berlin = $date->setTimezone(new \DateTimeZone("Europe/Berlin"));
    echo $berlin->format("c T e I"), " ", strtotime("1 January 2001 UTC"), " ", checkdate(2, 30, 2024) ? "yes" : "no", "\n";
}

function errors(): void
{
    title("errors");
    set_error_handler(function (int $number, string $message): bool {
        echo "handled $number: $message\n";
        return true;
    });
    echo $undefined ?? "unset", [][0] ?? "none", "\n";
    $empty = [];
    echo $empty["missing"], "abc"[1], "\n";
    restore_error_handler();
    foreach ([fn() => 1 % 0, fn() => strlen(5), fn() => intdiv(PHP_INT_MIN, -1),
              fn() => json_decode("{", false, 5, JSON_THROW_ON_ERROR), fn() => unknown(),
              fn() => array_combine([1], [1, 2]), fn() => deep(2000)] as $make) {
        try {
            var_dump($make());
        } catch (\Throwable $error) {
            echo get_class($error), ": ", $error->getMessage(), "\n";
        } finally {
            echo "finally\n";
        }
    }
}

function deep(int $n): int
{
    return $n ? deep($n - 1) + 1 : 0;
}

numbers();
strings();
digests();
arrays();
objects();
generators();
files();
numerics();
dates();
errors();
title("end");
var_dump(memory_get_usage() > 0, getenv("LEVEL"), PHP_INT_SIZE, PHP_OS_FAMILY);
try {
    throw new \LogicException("nearly nobody", 3, new \RuntimeException("the reason"));
} catch (\LogicException $error) {
    echo $error->getMessage(), ", ", $error->getPrevious()->getMessage(), "\n";
    exit($error->getCode());
}
