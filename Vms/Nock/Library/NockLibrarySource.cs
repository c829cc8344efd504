namespace Granary.Vms.Nock;

/// <summary>The library's text.</summary>
internal static partial class NockLibrarySource
{
    public static string Text { get; } =
        string.Join("\n", Arithmetic, Blocks, Encoding, Curve, Signatures, Hashes, Signed, Order, Sets, Resources);

    /// <summary>Natural numbers, by counting.</summary>
    /// <remarks>
    /// Nock makes a number only by counting up to it from one that there is, so a product takes as many steps as it is
    /// large, some ten for each; nothing here takes more than that for its operands and its product.
    /// </remarks>
    private const string Arithmetic = """
        (layer 1
          (gate 342 dec (a)
            (if (or (cell a) (eq a 0)) (crash)
              (loop ((b 0)) (if (eq a (inc b)) b (again (inc b))))))
          ; Counts to the smaller one, and both up from each other.
          (gate 20 add (a b)
            (if (or (cell a) (cell b)) (crash)
              (loop ((n 0) (x a) (y b))
                (if (eq n b) x (if (eq n a) y (again (inc n) (inc x) (inc y)))))))
          (gate 47 sub (a b)
            (if (lth a b) (crash)
              (loop ((x b) (n 0)) (if (eq x a) n (again (inc x) (inc n))))))
          (gate 343 lth (a b)
            (if (or (cell a) (cell b)) (crash)
              (loop ((n 0)) (if (eq n b) 1 (if (eq n a) 0 (again (inc n)))))))
          (gate 84 lte (a b) (or (lth a b) (eq a b)))
          (gate 43 gth (a b) (not (lte a b)))
          (gate 22 gte (a b) (not (lth a b)))
          (gate 4 mul (a b)
            (if (or (cell a) (cell b)) (crash)
              (if (eq b 0) 0
                (loop ((n 0) (m 0) (sum 0))
                  (if (eq n a) sum
                    (if (eq m b) (again (inc n) 0 sum) (again n (inc m) (inc sum))))))))
          ; Counts to the first, and the remainder around.
          (gate 170 div (a b)
            (if (or (or (cell a) (cell b)) (eq b 0)) (crash)
              (loop ((n 0) (q 0) (r 0))
                (if (eq r b) (again n (inc q) 0) (if (eq n a) q (again (inc n) q (inc r)))))))
          (gate 46 mod (a b)
            (if (or (or (cell a) (cell b)) (eq b 0)) (crash)
              (loop ((n 0) (r 0))
                (if (eq r b) (again n 0) (if (eq n a) r (again (inc n) (inc r))))))))
        """;

    /// <summary>Numbers as rows of blocks of 2^bloq bits.</summary>
    private const string Blocks = """
        (layer 4
          (plain 4 bex (a)
            (if (cell a) (crash) (loop ((n 0) (b 1)) (if (eq n a) b (again (inc n) (add b b))))))
          ; The smaller one of 2^n and the first power of two above a, so that no power is made that nobody needs.
          (gate 22 top (n a)
            (loop ((i 0) (b 1)) (if (or (eq i n) (lth a b)) b (again (inc i) (add b b)))))
          (door 10 bloq
            (gate 190 met (a)
              (if (cell a) (crash)
                (let size (top (bex bloq) a)
                  (loop ((x a) (n 0)) (if (eq x 0) n (again (div x size) (inc n)))))))
            (gate 367 end (n a)
              (if (or (cell n) (cell a)) (crash) (mod a (top (mul (bex bloq) n) a))))
            (gate 90 lsh (n a)
              (if (or (cell n) (cell a)) (crash)
                (let bits (mul (bex bloq) n)
                  (loop ((i 0) (x a)) (if (or (eq i bits) (eq x 0)) x (again (inc i) (add x x)))))))
            (gate 767 rsh (n a)
              (if (or (cell n) (cell a)) (crash) (div a (top (mul (bex bloq) n) a))))))
        """;

    /// <summary>Exclusive or; nouns as numbers and back.</summary>
    private const string Encoding = """
        (layer 5
          (gate 4 mix (a b)
            (loop ((x a) (y b) (n 0) (sum 0))
              (if (and (eq x 0) (eq y 0)) sum
                (again (rsh 0 1 x) (rsh 0 1 y) (inc n)
                  (if (eq (mod x 2) (mod y 2)) sum (add sum (bex n)))))))
          ; A number with its length before it: its size in bits and the bits.
          (gate 46 mat (a)
            (if (eq a 0) (cons 1 1)
              (let b (met 0 a)
                (let c (met 0 b)
                  (cons (add (add c c) b)
                    (add (bex c)
                      (lsh 0 (inc c) (add (end 0 (dec c) b) (lsh 0 (dec c) a)))))))))
          ; The position of a noun in a list of nouns and positions, in a cell; 0 when it is not there.
          (gate 190 find (list a)
            (loop ((l list))
              (if (eq l 0) 0 (if (eq a (at 4 l)) (cons 0 (at 5 l)) (again (tl l))))))
          (gate 22 jam (a)
            (at 6
              (loop ((open (cons a 0)) (at 0) (bits 0) (known 0))
                (if (eq open 0) (cons at bits known)
                  (let n (hd open)
                    (let c (find known n)
                      (if (and (not (eq c 0)) (or (cell n) (gth (met 0 n) (met 0 (tl c)))))
                        (let p (mat (tl c))
                          (again (tl open) (add 2 (add at (hd p)))
                            (add bits (lsh 0 at (add 3 (lsh 0 2 (tl p))))) known))
                        (let more (if (eq c 0) (cons (cons n at) known) known)
                          (if (cell n)
                            (again (cons (hd n) (tl n) (tl open)) (add 2 at) (add bits (bex at)) more)
                            (let p (mat n)
                              (again (tl open) (inc (add at (hd p)))
                                (add bits (lsh 0 (inc at) (tl p))) more)))))))))))
          ; The number whose length is written at a bit: the bit behind it, and the number.
          (gate 191 rub (at a)
            (let size (met 0 a)
              (let c (loop ((n 0))
                  (if (gte (add at n) size) (crash)
                    (if (eq 1 (end 0 1 (rsh 0 (add at n) a))) n (again (inc n)))))
                (if (eq c 0) (cons (inc at) 0)
                  (let d (add at (inc c))
                    (let e (add (bex (dec c)) (end 0 (dec c) (rsh 0 d a)))
                      (cons (add (dec (add d c)) e) (end 0 e (rsh 0 (dec (add d c)) a)))))))))
          ; The work of cue: what is open is a list of starts, or of starts with the head that was read.
          (gate 94 cue (a)
            (if (cell a) (crash)
              (loop ((at 0) (open 0) (known 0) (have 1) (start 0) (noun 0))
                (if (eq have 0)
                  ; A noun was read: it completes a cell, or the head of one.
                  (if (eq open 0) noun
                    (if (cell (hd open))
                      (let whole (cons (tl (hd open)) noun)
                        (again at (tl open) (cons (cons (hd (hd open)) whole) known) 0 0 whole))
                      (again at (cons (cons (hd open) noun) (tl open)) known 1 0 0)))
                  (if (eq 0 (end 0 1 (rsh 0 at a)))
                    (let p (rub (inc at) a)
                      (again (hd p) open (cons (cons at (tl p)) known) 0 0 (tl p)))
                    (if (eq 0 (end 0 1 (rsh 0 (inc at) a)))
                      (again (add 2 at) (cons at open) known 1 0 0)
                      (let p (rub (add 2 at) a)
                        (let c (find known (tl p))
                          (if (eq c 0) (crash) (again (hd p) open known 0 0 (tl c)))))))))))
        )
        """;

    /// <summary>SHA-256, and random numbers made of it.</summary>
    private const string Hashes = """
        (layer 7
          (gate 64 rol (n x) (end 0 32 (add (lsh 0 n x) (rsh 0 (sub 32 n) x))))
          (gate 65 ror (n x) (rol (sub 32 n) x))
          ; Each byte of a word turned around.
          (gate 66 swap (a)
            (loop ((n 4) (x a) (sum 0))
              (if (eq n 0) sum (again (dec n) (rsh 3 1 x) (add (lsh 3 1 sum) (end 3 1 x))))))
          (gate 67 and32 (a b)
            (loop ((n 0) (x a) (y b) (sum 0))
              (if (or (eq x 0) (eq y 0)) sum
                (again (inc n) (rsh 0 1 x) (rsh 0 1 y)
                  (if (and (eq 1 (mod x 2)) (eq 1 (mod y 2))) (add sum (bex n)) sum)))))
          ; The nth element of a list.
          (gate 68 snag (n list)
            (loop ((i n) (l list)) (if (eq i 0) (hd l) (again (dec i) (tl l)))))
          ; The 64 words of a block, the last first: a list that begins with 16 of them.
          (gate 69 spread (words)
            (loop ((i 48) (w words))
              (if (eq i 0) w
                (let a (snag 14 w)
                  (let b (snag 1 w)
                    (let s0 (mix (ror 7 a) (mix (ror 18 a) (rsh 0 3 a)))
                      (let s1 (mix (ror 17 b) (mix (ror 19 b) (rsh 0 10 b)))
                        (again (dec i)
                          (cons (end 0 32 (add (add (snag 15 w) s0) (add (snag 6 w) s1))) w)))))))))
          (gate 70 flop (list)
            (loop ((l list) (m 0)) (if (eq l 0) m (again (tl l) (cons (hd l) m)))))
          ; One block into the state, a tuple of eight words.
          (gate 71 compress (state words)
            (let all (flop (spread words))
              (loop ((w all) (k (constants 0)) (s state))
                (if (eq w 0)
                  (cons (end 0 32 (add (at 2 s) (at 2 state))) (end 0 32 (add (at 6 s) (at 6 state)))
                    (end 0 32 (add (at 14 s) (at 14 state))) (end 0 32 (add (at 30 s) (at 30 state)))
                    (end 0 32 (add (at 62 s) (at 62 state))) (end 0 32 (add (at 126 s) (at 126 state)))
                    (end 0 32 (add (at 254 s) (at 254 state))) (end 0 32 (add (at 255 s) (at 255 state))))
                  (let e (at 62 s)
                    (let t1 (add (add (at 255 s) (mix (ror 6 e) (mix (ror 11 e) (ror 25 e))))
                        (add (mix (and32 e (at 126 s)) (and32 (sub 4294967295 e) (at 254 s))) (add (hd k) (hd w))))
                      (let a (at 2 s)
                        (let t2 (add (mix (ror 2 a) (mix (ror 13 a) (ror 22 a)))
                            (mix (and32 a (at 6 s)) (mix (and32 a (at 14 s)) (and32 (at 6 s) (at 14 s)))))
                          (again (tl w) (tl k)
                            (cons (end 0 32 (add t1 t2)) a (at 6 s) (at 14 s)
                              (end 0 32 (add (at 30 s) t1)) e (at 126 s) (at 254 s)))))))))))
          ; Sixteen words of 32 bits of a row of bytes, from a byte on, the last first.
          (gate 72 block (from a)
            (loop ((i 0) (w 0))
              (if (eq i 16) w
                (again (inc i) (cons (swap (end 3 4 (rsh 3 (add from (mul 4 i)) a))) w)))))
          (gate 22 shax (a)
            (if (cell a) (crash)
              (let size (met 3 a)
                (let blocks (inc (rsh 0 6 (add size 8)))
                  (let bits (lsh 3 size 128)
                    (let tail (swap8 (mul 8 size))
                      (let padded (add (add a bits) (lsh 3 (sub (mul 64 blocks) 8) tail))
                        (loop ((i 0) (s (start 0)))
                          (if (eq i blocks) (join s)
                            (again (inc i) (compress s (block (mul 64 i) padded))))))))))))
          (gate 73 swap8 (a)
            (loop ((n 8) (x a) (sum 0))
              (if (eq n 0) sum (again (dec n) (rsh 3 1 x) (add (lsh 3 1 sum) (end 3 1 x))))))
          ; The state as one number, each word with its bytes turned around.
          (gate 74 join (s)
            (add (swap (at 2 s)) (add (lsh 3 4 (swap (at 6 s))) (add (lsh 3 8 (swap (at 14 s)))
              (add (lsh 3 12 (swap (at 30 s))) (add (lsh 3 16 (swap (at 62 s))) (add (lsh 3 20 (swap (at 126 s)))
                (add (lsh 3 24 (swap (at 254 s))) (lsh 3 28 (swap (at 255 s)))))))))))
          (gate 75 shas (salt a) (shax (mix salt (shax a))))
          ; The first 32 bits of the fractions of roots of primes.
          (gate 76 start (a)
            (cons 1779033703 3144134277 1013904242 2773480762 1359893119 2600822924 528734635 1541459225))
          (gate 77 constants (a)
            (cons 1116352408 1899447441 3049323471 3921009573 961987163 1508970993 2453635748 2870763221
              3624381080 310598401 607225278 1426881987 1925078388 2162078206 2614888103 3248222580
              3835390401 4022224774 264347078 604807628 770255983 1249150122 1555081692 1996064986
              2554220882 2821834349 2952996808 3210313671 3336571891 3584528711 113926993 338241895
              666307205 773529912 1294757372 1396182291 1695183700 1986661051 2177026350 2456956037
              2730485921 2820302411 3259730800 3345764771 3516065817 3600352804 4094571909 275423344
              430227734 506948616 659060556 883997877 958139571 1322822218 1537002063 1747873779
              1955562222 2024104815 2227730452 2361852424 2428436474 2756734187 3204031479 3329325298 0))
          (door 47 seed
            (gate 23 raw (b)
              (let c (shas 'og-a' (mix b seed))
                (loop ((n b) (d c) (at 0) (sum 0))
                  (if (eq n 0) sum
                    (let e (shas 'og-b' (mix n (mix seed d)))
                      (if (lth n 256) (add sum (lsh 0 at (end 0 n e)))
                        (again (sub n 256) e (add at 256) (add sum (lsh 0 at e)))))))))
            (gate 20 rad (b)
              (loop ((a seed)) (let c (raw a (met 0 b)) (if (lth c b) c (again (inc a))))))
            (gate 4 raws (b)
              (let r (raw seed b) (cons r (shas 'og-s' (mix seed r)))))
            (gate 22 rads (b)
              (let r (rad seed b) (cons r (shas 'og-s' (mix seed r)))))))
        """;

    /// <summary>Signed numbers: 2n for n, 2n - 1 for -n.</summary>
    private const string Signed = """
        (layer 8
          (gate 188 syn (a) (eq 0 (mod a 2)))
          (gate 1515 abs (a) (div (add a (mod a 2)) 2))
          (gate 758 new (yes a)
            (if yes (mul 2 a) (if (eq a 0) 0 (inc (mul 2 (dec a))))))
          (gate 756 old (a) (cons (syn a) (abs a)))
          (gate 10 sun (a) (mul 2 a))
          (gate 4 sum (a b)
            (let c (abs a)
              (let d (abs b)
                (if (eq (syn a) (syn b)) (new (syn a) (add c d))
                  (if (gte c d) (new (syn a) (sub c d)) (new (syn b) (sub d c)))))))
          (gate 759 dif (a b) (sum a (new (not (syn b)) (abs b))))
          (gate 46 pro (a b) (new (eq (syn a) (syn b)) (mul (abs a) (abs b))))
          (gate 190 fra (a b) (new (eq (syn a) (syn b)) (div (abs a) (abs b))))
          (gate 1514 rem (a b) (dif a (pro b (fra a b))))
          (gate 22 dul (a b) (if (syn a) (mod (abs a) b) (sub b (abs a))))
          (gate 191 cmp (a b)
            (let c (syn a)
              (let d (syn b)
                (if (eq a b) 0
                  (if c (if d (if (gth (abs a) (abs b)) 2 1) 2)
                    (if d 1 (if (gth (abs a) (abs b)) 1 2))))))))
        """;

    /// <summary>Hash and orders of nouns.</summary>
    private const string Order = """
        (layer 9
          (gate 88 times (a b) (end 0 32 (mul a b)))
          (gate 178 rotate (n x) (end 0 32 (add (lsh 0 n x) (rsh 0 (sub 32 n) x))))
          (gate 179 scramble (k) (times (rotate 15 (times k 3432918353)) 461845907))
          ; Murmur3 of so many bytes.
          (gate 180 murmur (seed size a)
            (loop ((n size) (x a) (h seed))
              (if (lth n 4)
                (let g (mix size (mix h (if (eq n 0) 0 (scramble x))))
                  (let i (times (mix g (rsh 0 16 g)) 2246822507)
                    (let j (times (mix i (rsh 0 13 i)) 3266489909)
                      (mix j (rsh 0 16 j)))))
                (again (sub n 4) (rsh 0 32 x)
                  (end 0 32 (add 3864292196 (mul 5 (rotate 13 (mix h (scramble (end 0 32 x)))))))))))
          (gate 181 fold (seed size a fallback)
            (loop ((i 0))
              (if (eq i 8) fallback
                (let h (murmur (add seed i) size a)
                  (let m (mix (rsh 0 31 h) (end 0 31 h))
                    (if (eq m 0) (again (inc i)) m))))))
          (gate 182 pair (a b)
            (fold 3735928559 (add 4 (met 3 b)) (add a (lsh 0 32 b)) 65534))
          ; Work is a list of nouns to do, each behind 0, and of marks 1 where two results are joined.
          (gate 189 mug (a)
            (loop ((work (cons (cons 0 a) 0)) (done 0))
              (if (eq work 0) (hd done)
                (if (cell (hd work))
                  (let n (tl (hd work))
                    (if (cell n)
                      (again (cons (cons 0 (hd n)) (cons 0 (tl n)) 1 (tl work)) done)
                      (again (tl work) (cons (fold 3405691582 (met 3 n) n 32767) done))))
                  (again (tl work) (cons (pair (at 6 done) (at 2 done)) (at 7 done)))))))
          (gate 765 dor (a b)
            (loop ((x a) (y b))
              (if (eq x y) 0
                (if (cell x)
                  (if (cell y)
                    (if (eq (hd x) (hd y)) (again (tl x) (tl y)) (again (hd x) (hd y)))
                    1)
                  (if (cell y) 0 (lth x y))))))
          (gate 190 gor (a b)
            (let c (mug a) (let d (mug b) (if (eq c d) (dor a b) (lth c d)))))
          (gate 10 mor (a b)
            (let c (mug (mug a)) (let d (mug (mug b)) (if (eq c d) (dor a b) (lth c d))))))
        """;
}
