# A computing loop in Ruby: a sieve, a string builder, hashes, floats, objects,
# blocks and calls. Takes its scale as argument and prints a checksum.

class Counter
  attr_reader :counts

  def initialize
    @counts = Hash.new(0)
  end

  def add(key, weight)
    @counts[key] += weight
    self
  end
end

def collatz(n)
  steps = 0
  while n != 1
    n = n.odd? ? 3 * n + 1 : n >> 1
    steps += 1
  end
  steps
end

def primes(limit)
  sieve = Array.new(limit, true)
  (2...limit).each do |i|
    (i * i).step(limit - 1, i) { |j| sieve[j] = false } if sieve[i]
  end
  (2...limit).count { |i| sieve[i] }
end

def orbit(steps)
  x, y, vx, vy = 1.0, 0.0, 0.0, 1.0
  steps.times do
    force = 0.01 / (x * x + y * y)**1.5
    vx -= x * force
    vy -= y * force
    x += vx * 0.01
    y += vy * 0.01
  end
  x + y
end

def words(count, seed)
  counter = Counter.new
  parts = []
  count.times do
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    word = "k#{seed % 97}"
    counter.add(word, seed & 7)
    parts << (seed & 256 != 0 ? word.upcase : word)
  end
  text = parts.join(",")
  best = counter.counts.sort_by { |key, weight| [-weight, key] }
  text.split(",").size + text.scan("K4").size + best[0][1]
end

def unit(number)
  total = (1 + number..40 + number).sum { |n| collatz(n) }
  total = total * 31 + primes(600 + number % 7)
  total = total * 31 + words(150, number)
  (total + (orbit(150) * 1e9).to_i) % 1_000_000_007
end

checksum = 0
ARGV[0].to_i.times do |number|
  checksum = (checksum * 1_000_003 + unit(number)) % (1 << 61)
end
puts "checksum #{checksum}"
