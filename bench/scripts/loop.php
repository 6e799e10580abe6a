<?php
// A computing loop in PHP: a sieve, a string builder, arrays, floats, objects,
// closures and calls. Takes its scale as argument and prints a checksum.

class Counter
{
    public array $counts = [];

    public function add(string $key, int $weight): static
    {
        $this->counts[$key] = ($this->counts[$key] ?? 0) + $weight;
        return $this;
    }
}

function collatz(int $n): int
{
    for ($steps = 0; $n != 1; ++$steps)
        $n = $n & 1 ? 3 * $n + 1 : $n >> 1;
    return $steps;
}

function primes(int $limit): int
{
    $sieve = array_fill(0, $limit, true);
    for ($i = 2; $i < $limit; ++$i)
        if ($sieve[$i])
            for ($j = $i * $i; $j < $limit; $j += $i)
                $sieve[$j] = false;
    return count(array_filter($sieve)) - 2;
}

function orbit(int $steps): float
{
    [$x, $y, $vx, $vy] = [1.0, 0.0, 0.0, 1.0];
    for ($i = 0; $i < $steps; ++$i) {
        $force = 0.01 / ($x * $x + $y * $y) ** 1.5;
        $vx -= $x * $force;
        $vy -= $y * $force;
        $x += $vx * 0.01;
        $y += $vy * 0.01;
    }
    return $x + $y;
}

function words(int $count, int $seed): int
{
    $counter = new Counter();
    $parts = [];
    for ($i = 0; $i < $count; ++$i) {
        $seed = ($seed * 1103 + 12345) & 0xfffff; // in 32 bits
        $word = "k" . $seed % 97;
        $counter->add($word, $seed & 7);
        $parts[] = $seed & 256 ? strtoupper($word) : $word;
    }
    $text = implode(",", $parts);
    uksort($counter->counts, fn($a, $b) => [$counter->counts[$b], $a] <=> [$counter->counts[$a], $b]);
    return count(explode(",", $text)) + preg_match_all("/K4/", $text) + reset($counter->counts);
}

function unit(int $number): int
{
    $total = array_sum(array_map(collatz(...), range(1 + $number, 40 + $number)));
    $total = $total * 31 + primes(600 + $number % 7);
    $total = $total * 31 + words(150, $number);
    return ($total + (int) (orbit(150) * 1e6)) % 1000003;
}

$checksum = 0;
for ($number = 0; $number < (int) $argv[1]; ++$number)
    $checksum = ($checksum * 1009 + unit($number)) % 1000003;
echo "checksum $checksum\n";
