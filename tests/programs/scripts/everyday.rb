# What Ruby programs do every day, printed so that it can be compared: all of it
# is the same on every host. It reads and writes files in data/ and ends with an
# exception that nobody catches.

require "json"
require "digest"
require "set"
require "stringio"
require "erb"
require "time"
require "ostruct"

def title(text)
  puts "== #{text}"
end

def numbers
  title "numbers"
  p 2**200 % 10_007, (1..40).reduce(:*), -7 / 3, -7 % 3, -7.remainder(3), 7.fdiv(3)
  p 0.1 + 0.2, 1e308 * 10, -0.0, 1.0 / 3, 1e-7, 1e16, 123456789.123456789
  p Math.sqrt(2), Math::PI**10, Math.gamma(7.5), Math.atan2(1, -2), Math.cbrt(27)
  p 10.digits, 255.to_s(2), "ff".hex, "0b101".to_i(0), 3.7.truncate, -3.5.round
  p 1234567.891.round(-2), 2.5.round(half: :even), 10.gcd(4), 7.pow(100, 13)
  p Rational(3, 7)**3, Complex(1, -2)**3, 0.5.rationalize, 1r / 3 + 0.5r
  p 12345678901234567890 * 98765432109876543210, (3**500).to_s.sum, 1 <=> "a"
  p Integer.sqrt(10**30), 100.bit_length, ~5, 1 << 70, -1 >> 3, 5[0], 6 ^ 3
  p format("%08.3f|%-10s|%+d|%x|%e|%o|%b|%%", 3.14159, "left", 5, 255, 12345.678, 8, 5)
  p Random.new(42).rand(1000), Array.new(4) { |i| Random.new(i).rand }
end

def strings
  title "strings"
  text = "The quick brown fox — jumps över the lazy dog: ß 数字 🎉"
  p text.upcase, text.swapcase, text.length, text.bytesize, text.reverse
  p text.unpack("U*").first(12), [1, -2, 3.5, "x"].pack("Cs>Ea3").bytes
  p text.encode("UTF-16LE").bytes.first(8), text.force_encoding("BINARY").size
  text.force_encoding("UTF-8")
  p text.scan(/\w+/), text.index("fox"), text[4..8], text[-3..], text.slice(/o\w/)
  p text.tr("a-y", "b-z"), text.delete("aeiou"), text.squeeze("o"), text.count("a-m")
  p "abc".succ, "az".succ, "Zz9".succ, "a".ord, "%c" % 0x2603, "a" * 5, "abc" <=> "abd"
  p "hello world".capitalize, "a,b;c".split(/[,;]/), "x".center(9, "*"), "ab\n".chomp
  p "hello".each_char.with_index.map { |c, i| c * i }, "line1\nline2".lines
  p "snow: \u2603 \x00 \e".inspect, 'single #{no}', "tab\t", :"odd symbol", %w[a b], ?c
  p "title case".gsub(/\b\w/, &:upcase), "aAbB".sub(/(?<x>[A-Z])/, '<\k<x>>')
  p "2024-02-29" =~ /(\d+)-(\d+)-(\d+)/, $~.captures, $1.to_i, $', Regexp.last_match(2)
  p "foobar".match?(/o{2}(?=b)/), "x1y22".gsub(/\d+/) { |m| (m.to_i * 2).to_s }
  p "straße".match(/STRASSE/i), "été".unicode_normalize(:nfd).length, "ab".hash == "ab".hash
  p "%s and %p" % ["str", nil], "abc".unpack1("H*"), ["616263"].pack("H*"), "é".b
  p "a-b_c d".split(/[-_ ]/).map(&:to_sym), "heLLo".casecmp?("HEllO"), "abc".sum
  puts <<~TEXT
    heredoc #{1 + 1}
      indented
  TEXT
  puts ERB.new("<% 3.times do |i| %><%= i %>,<% end %>").result
end

Point = Struct.new(:x, :y) do
  def +(other) = Point.new(x + other.x, y + other.y)
  def to_s = "(#{x}, #{y})"
end

class Animal
  include Comparable
  attr_reader :name

  def initialize(name) = @name = name
  def <=>(other) = name <=> other.name
  def method_missing(called, *arguments, **named, &block)
    called.end_with?("?") ? "#{name} #{called} #{arguments} #{named}" : super
  end
  def respond_to_missing?(called, all = false) = called.end_with?("?") || super
end

def structures
  title "structures"
  array = (1..20).map { |x| x * 7919 % 101 }
  p array.sort, array.max_by { |x| -x }, array.partition(&:even?), array.each_slice(6).to_a
  p array.group_by { |x| x % 3 }, array.each_cons(3).first(2), array.minmax, array.sum
  p array.inject { |a, b| a ^ b }, array.zip(array.rotate(2)).first(3), array.tally.size
  p [3, [1, [2, nil]]].flatten.compact.sort_by { |x| -x }, [1, 2, 3].permutation(2).count
  p [1, 2, 3, 4].combination(2).to_a, (1..Float::INFINITY).lazy.select(&:even?).first(4)
  p array.bsearch { |x| x >= 50 }, [[1, :a], [2, :b]].to_h, array.values_at(0, -1, 99)
  p array.chunk_while { |a, b| a < b }.to_a, [1, 2, 3].cycle.take(7), [*1..3, *"a".."c"]
  p Array.new(3) { |i| [i] * i }.transpose.inspect rescue p $!.message
  hash = Hash.new { |h, k| h[k] = k.to_s * 2 }
  p hash[:a], hash, hash.merge({ b: 1 }) { |*| 9 }, { a: 1, "b" => 2.0, nil => [] }
  p hash.transform_values(&:size), { b: 1, a: 2 }.sort.to_h, { x: { y: [1] } }.dig(:x, :y, 0)
  p Set[3, 1, 2, 3].map { |x| x * 2 }.to_set.superset?(Set[2]), OpenStruct.new(a: 1)
  puts Point.new(1, 2) + Point.new(3, 4.5)
  p Point.new(1, 2) == Point.new(1, 2), Point.new(1).to_a
  cats = %w[Tom Felix Garfield].map { |name| Animal.new(name) }
  p cats.min.name, cats.sort.map(&:name), cats[0].clamp(cats[1], cats[2]).name
  p cats[0].sleepy?(1, at: 2), cats[0].respond_to?(:x?), (cats[0].fly rescue $!.class)
  value = { "name" => "ü", "list" => [1, 2.5, nil, true, { "deep" => [[]] }], "big" => 2**70 }
  puts JSON.pretty_generate(value)
  p JSON.parse(JSON.generate(value)) == value, JSON.parse('{"a":[1e3,"\u2603"]}', symbolize_names: true)
  ["{\"a\": }", "[1,]", "nul"].each { |bad| JSON.parse(bad) rescue puts "json: #{$!.class}" }
  p Marshal.load(Marshal.dump(value)) == value
  case { status: "ok", items: [1, [2, 3]] }
  in { status: String => status, items: [Integer => first, [*, last]] }
    p status, first, last
  end
  p Time.utc(2000, 1, 31, 12, 30).strftime("%A %d %B %Y %H:%M"), Time.at(0).utc.iso8601
  p Time.utc(2024, 2, 28) + 86_400 * 2, ObjectSpace.respond_to?(:each_object)
end

def control
  title "control"
  fiber = Fiber.new { |x| loop { x = Fiber.yield(x * 2) } }
  p fiber.resume(1), fiber.resume(10), fiber.resume(100)
  numbers = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }
  p numbers.take(15), numbers.next, numbers.next, numbers.peek, numbers.lazy.map { |x| x * x }.first(5)
  found = catch(:done) { 10.times { |i| 10.times { |j| throw :done, [i, j] if i * j == 42 } }; nil }
  p found, [1, 2, 3].each_with_object([]) { |x, all| all << x; break all if x == 2 }
  add = ->(a, b = 2, *rest, k: 3, **others, &block) { a + b + k }
  p add.(1), add.curry.arity, add.parameters, method(:title).owner, (add >> :to_s.to_proc).(5)
  p [1, 2, 3].map(&10.method(:+)), proc { |a, (b, *c), d = 4| [a, b, c, d] }.call(1, [2, 3, 5])
  eval "p __LINE__, binding.local_variables.include?(:found)"
  klass = Class.new(Array) { define_method(:second) { self[1] } }
  p klass.new([1, 2]).second, 5.instance_of?(Integer), klass.ancestors.first(2).last
  refined = Module.new { refine(Integer) { def double = self * 2 } }
  p refined.class, defined?(nothing), defined?(p), __method__
  GC.start
  p 3.then { _1 + 1 }, (begin; Integer("x"); rescue ArgumentError; 0; ensure; print "ensured "; end)
end

def exceptions
  title "exceptions"
  [-> { 1 / 0 }, -> { [].fetch(3) }, -> { {}.fetch(:k) }, -> { nil.foo }, -> { Integer("x") },
   -> { "a" + 1 }, -> { raise "plain" }, -> { Float("1.x") }, -> { :a.unknown }, -> { [1].first(-1) },
   -> { File.read("data/none") }, -> { "\xff".encode("UTF-16") }, -> { Regexp.new("(") },
   -> { "frozen".freeze << "x" }, -> { loop { raise StopIteration, "stop" }; raise KeyError },
   -> { Math.sqrt(-1) }, -> { eval("1 +") }, -> { Struct.new(:a).new(1, 2) }].each do |action|
    action.call
  rescue Exception => error
    puts "#{error.class}: #{error.message.lines.first}"
  end
  begin
    begin
      raise ArgumentError, "first"
    rescue => first
      raise TypeError, "second"
    end
  rescue => second
    p second.cause, second.backtrace.size > 2
  end
  tries = 0
  begin
    tries += 1
    raise IOError if tries < 3
    p tries
  rescue IOError
    retry
  else
    puts "else"
  ensure
    puts "ensure"
  end
  deep = ->(n) { n.zero? ? 0 : 1 + deep.(n - 1) }
  p deep.(120)
end

def computing
  title "computing"
  sieve = Array.new(10_001, true)
  (2..100).each { |i| (i * i).step(10_000, i) { |j| sieve[j] = false } if sieve[i] }
  p sieve.each_index.count { |i| i > 1 && sieve[i] }
  x, total = 12_345, 0.0
  20_000.times { |i| x = (x * 1_103_515_245 + 12_345) & 0x7fffffff; total += (x % 1000) / (i + 1.0) }
  p x, total
  counts = Hash.new(0)
  5_000.times { |i| counts["k#{i * 7919 % 100}"] += i }
  p counts.sort_by { |k, v| [-v, k] }.first(3)
  row = [1]
  60.times { row = [1, *row.each_cons(2).map(&:sum), 1] }
  p row[30], row.sum == 2**60
  data = (0...40_000).map { |i| i * i % 251 }.pack("C*")
  p Digest::MD5.hexdigest(data), Digest::SHA1.hexdigest(data), Digest::SHA256.hexdigest(data)
end

def files
  title "files"
  lines = File.readlines("data/in.txt", encoding: "UTF-8")
  p lines.size, lines[1].chomp, File.size("data/in.txt"), File.exist?("data/none")
  File.open("data/out.txt", "w") { |f| lines.reverse.each_with_index { |l, i| f.puts "#{i} #{l.swapcase}" } }
  File.open("data/out.bin", "w+b") do |f|
    f.write((0..255).to_a.pack("C*") * 300)
    f.seek(1000)
    f.write("in the middle")
    f.pos = 990
    p f.read(30), f.pos, f.eof?
    f.truncate(70_000)
  end
  File.open("data/out.bin", "ab") { |f| f << "the end" << 42 }
  Dir.mkdir("data/new")
  File.rename("data/out.bin", "data/new/moved.bin")
  File.write("data/new/x.json", JSON.generate((0...500).to_h { |i| [i, i * i] }))
  File.write("data/gone", "")
  File.delete("data/gone")
  p Dir.children("data").sort, Dir.children("data/new").sort, File.extname("a/b.rb")
  p File.stat("data/new").directory?, IO.readlines("data/out.txt", chomp: true).last
end

def fail_at(depth)
  raise KeyError, "nobody catches this: ü" if depth.zero?
  fail_at(depth - 1)
end

p RUBY_VERSION, RUBY_PLATFORM, ARGV, ENV["LEVEL"]
numbers
strings
structures
control
exceptions
computing
files
warn "to stderr"
title "standard input"
p $stdin.each_line.map(&:chomp)
fail_at(3)
