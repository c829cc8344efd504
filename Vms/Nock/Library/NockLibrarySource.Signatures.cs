namespace Granary.Vms.Nock;

/// <summary>Signatures and the numbers behind them.</summary>
internal static partial class NockLibrarySource
{
    /// <summary>
    /// Ed25519 and SHA-512 (RFC 8032, FIPS 180-4). The sixth layer has room for its four arms only; what they need is
    /// in the fifth.
    /// </summary>
    private const string Curve = """
        (layer 5
          ; Eight bytes turned around; parts of SHA-512.
          (gate 320 swap64 (a)
            (loop ((n 8) (x a) (sum 0))
              (if (eq n 0) sum (again (dec n) (rsh 3 1 x) (add (lsh 3 1 sum) (end 3 1 x))))))
          (gate 321 ror64 (n x) (end 0 64 (add (rsh 0 n x) (lsh 0 (sub 64 n) x))))
          (gate 322 and64 (a b) (rsh 0 1 (sub (add a b) (mix a b))))
          (gate 323 nth (n list)
            (loop ((i n) (l list)) (if (eq i 0) (hd l) (again (dec i) (tl l)))))
          (gate 324 reverse (list)
            (loop ((l list) (m 0)) (if (eq l 0) m (again (tl l) (cons (hd l) m)))))
          ; The 80 words of a block, from the last 16 words that it begins with, the last first.
          (gate 325 spread64 (words)
            (loop ((i 64) (w words))
              (if (eq i 0) w
                (let a (nth 14 w)
                  (let b (nth 1 w)
                    (let s0 (mix (ror64 1 a) (mix (ror64 8 a) (rsh 0 7 a)))
                      (let s1 (mix (ror64 19 b) (mix (ror64 61 b) (rsh 0 6 b)))
                        (again (dec i)
                          (cons (end 0 64 (add (add (nth 15 w) s0) (add (nth 6 w) s1))) w)))))))))
          (gate 326 sum64 (a b)
            (loop ((x a) (y b) (m 0))
              (if (eq x 0) (reverse m) (again (tl x) (tl y) (cons (end 0 64 (add (hd x) (hd y))) m)))))
          ; One block into the state, a list of eight words.
          (gate 327 compress64 (state words)
            (loop ((w (reverse (spread64 words))) (k (constants64 0)) (s state))
              (if (eq w 0) (sum64 state s)
                (let a (nth 0 s)
                  (let e (nth 4 s)
                    (let t1 (add (add (nth 7 s) (mix (ror64 14 e) (mix (ror64 18 e) (ror64 41 e))))
                        (add (mix (and64 e (nth 5 s)) (and64 (sub 18446744073709551615 e) (nth 6 s)))
                          (add (hd k) (hd w))))
                      (let t2 (add (mix (ror64 28 a) (mix (ror64 34 a) (ror64 39 a)))
                          (mix (and64 a (nth 1 s)) (mix (and64 a (nth 2 s)) (and64 (nth 1 s) (nth 2 s)))))
                        (again (tl w) (tl k)
                          (cons (end 0 64 (add t1 t2)) a (nth 1 s) (nth 2 s)
                            (end 0 64 (add (nth 3 s) t1)) e (nth 5 s) (nth 6 s) 0)))))))))
          ; Sixteen words of a row of bytes, from a byte on, the last first.
          (gate 328 block64 (from a)
            (loop ((i 0) (w 0))
              (if (eq i 16) w
                (again (inc i) (cons (swap64 (end 3 8 (rsh 3 (add from (mul 8 i)) a))) w)))))
          ; SHA-512 of so many bytes.
          (gate 329 sha512 (size a)
            (let blocks (inc (rsh 0 7 (add size 16)))
              (let tail (lsh 3 (sub (mul 128 blocks) 8) (swap64 (mul 8 size)))
                (let padded (add (add a (lsh 3 size 128)) tail)
                  (loop ((i 0) (s (start64 0)))
                    (if (eq i blocks)
                      (loop ((l (reverse s)) (sum 0))
                        (if (eq l 0) sum (again (tl l) (add (lsh 3 8 sum) (swap64 (hd l))))))
                      (again (inc i) (compress64 s (block64 (mul 128 i) padded)))))))))
          (gate 330 start64 (a)
            (cons
              7640891576956012808 13503953896175478587 4354685564936845355 11912009170470909681 5840696475078001361
              11170449401992604703 2270897969802886507 6620516959819538809 0))
          (gate 331 constants64 (a)
            (cons
              4794697086780616226 8158064640168781261 13096744586834688815 16840607885511220156 4131703408338449720
              6480981068601479193 10538285296894168987 12329834152419229976 15566598209576043074 1334009975649890238
              2608012711638119052 6128411473006802146 8268148722764581231 9286055187155687089 11230858885718282805
              13951009754708518548 16472876342353939154 17275323862435702243 1135362057144423861 2597628984639134821
              3308224258029322869 5365058923640841347 6679025012923562964 8573033837759648693 10970295158949994411
              12119686244451234320 12683024718118986047 13788192230050041572 14330467153632333762 15395433587784984357
              489312712824947311 1452737877330783856 2861767655752347644 3322285676063803686 5560940570517711597
              5996557281743188959 7280758554555802590 8532644243296465576 9350256976987008742 10552545826968843579
              11727347734174303076 12113106623233404929 14000437183269869457 14369950271660146224 15101387698204529176
              15463397548674623760 17586052441742319658 1182934255886127544 1847814050463011016 2177327727835720531
              2830643537854262169 3796741975233480872 4115178125766777443 5681478168544905931 6601373596472566643
              7507060721942968483 8399075790359081724 8693463985226723168 9568029438360202098 10144078919501101548
              10430055236837252648 11840083180663258601 13761210420658862357 14299343276471374635 14566680578165727644
              15097957966210449927 16922976911328602910 17689382322260857208 500013540394364858 748580250866718886
              1242879168328830382 1977374033974150939 2944078676154940804 3659926193048069267 4368137639120453308
              4836135668995329356 5532061633213252278 6448918945643986474 6902733635092675308 7801388544844847127 0))
          ; Numbers below 2^255 - 19.
          (gate 332 prime (a) 57896044618658097711785492504343953926634992332820282019728792003956564819949)
          (gate 333 fadd (a b) (mod (add a b) (prime 0)))
          (gate 334 fsub (a b) (mod (sub (add a (prime 0)) b) (prime 0)))
          (gate 335 fmul (a b) (mod (mul a b) (prime 0)))
          (gate 336 fpow (a n)
            (loop ((i n) (x a) (r 1))
              (if (eq i 0) r
                (again (rsh 0 1 i) (fmul x x) (if (eq 1 (end 0 1 i)) (fmul r x) r)))))
          (gate 337 finv (a) (fpow a (sub (prime 0) 2)))
          ; Points [x y z t], in extended coordinates.
          (gate 338 padd (p q)
            (let a (fmul (fsub (at 6 p) (at 2 p)) (fsub (at 6 q) (at 2 q)))
              (let b (fmul (fadd (at 6 p) (at 2 p)) (fadd (at 6 q) (at 2 q)))
                (let c (fmul (fmul (fadd (at 15 p) (at 15 p)) (at 15 q)) (curve 0))
                  (let d (fmul (fadd (at 14 p) (at 14 p)) (at 14 q))
                    (let e (fsub b a)
                      (let f (fsub d c)
                        (let g (fadd d c)
                          (let h (fadd b a)
                            (cons (fmul e f) (fmul g h) (fmul f g) (fmul e h)))))))))))
          (gate 339 curve (a)
            37095705934669439343138083508754565189542113879843219016388785533085940283555)
          (gate 340 pmul (p n)
            (loop ((i n) (x p) (r (cons 0 1 1 0)))
              (if (eq i 0) r
                (again (rsh 0 1 i) (padd x x) (if (eq 1 (end 0 1 i)) (padd r x) r)))))
          (gate 341 base (a)
            (let x 15112221349535400772501151409588531511454012693041857206046113283949847762202
              (let y 46316835694926478169428394003475163141307993866256225615783033603165251855960
                (cons x y 1 (fmul x y)))))
          ; A point as 32 bytes, and back: 0 when they are none.
          (gate 342 pput (p)
            (let i (finv (at 14 p))
              (add (fmul (at 6 p) i) (lsh 0 255 (end 0 1 (fmul (at 2 p) i))))))
          (gate 343 pget (a)
            (let y (end 0 255 a)
              (if (gte y (prime 0)) 0
                (let s (fmul (fsub (fmul y y) 1) (finv (fadd (fmul (curve 0) (fmul y y)) 1)))
                  (let b (fpow s (rsh 0 3 (add (prime 0) 3)))
                    (let x (if (eq s (fmul b b)) b
                        (fmul b (fpow 2 (rsh 0 2 (sub (prime 0) 1)))))
                      (if (or (not (eq s (fmul x x))) (and (eq x 0) (eq 1 (rsh 0 255 a)))) 0
                        (let z (if (eq (end 0 1 x) (rsh 0 255 a)) x (sub (prime 0) x))
                          (cons z y 1 (fmul z y))))))))))
          ; A number below the order of the base point, of a hash.
          (gate 344 order (a) 7237005577332262213973186563042994240857116359379907606001950938285454250989)
          (gate 345 scalar (size a) (mod (sha512 size a) (order 0))))
        """;

    private const string Signatures = """
        (layer 6
          (gate 4 verify (a b)
            (if (or (cell a) (cell b)) (crash)
              (if (lth (met 3 a) 64) 0
                (if (verify-detached (end 3 64 a) (rsh 3 64 a) b) (cons 0 (rsh 3 64 a)) 0))))
          (gate 10 sign (a b) (add (sign-detached a b) (lsh 3 64 a)))
          (gate 22 verify-detached (a b c)
            (if (or (cell a) (or (cell b) (cell c))) (crash)
              (let s (rsh 3 32 a)
                (if (or (gth (met 3 c) 32) (gte s (order 0))) 1
                  (let p (pget c)
                    (let q (pget (end 3 32 a))
                      (if (or (eq p 0) (eq q 0)) 1
                        (let k (scalar (add 64 (met 3 b)) (add (end 3 32 a) (add (lsh 3 32 c) (lsh 3 64 b))))
                          (let x (pmul (base 0) s)
                            (let y (padd q (pmul p k))
                              (and (eq (fmul (at 2 x) (at 14 y)) (fmul (at 2 y) (at 14 x)))
                                (eq (fmul (at 6 x) (at 14 y)) (fmul (at 6 y) (at 14 x))))))))))))))
          (gate 23 sign-detached (a b)
            (if (or (cell a) (or (cell b) (gth (met 3 b) 64))) (crash)
              (let h (sha512 32 (end 3 32 b))
                ; Bits 3 to 253 of the first half, and bit 254.
                (let s (add (lsh 0 3 (end 0 251 (rsh 0 3 h))) (bex 254))
                  (let r (scalar (add 32 (met 3 a)) (add (rsh 3 32 h) (lsh 3 32 a)))
                    (let p (pput (pmul (base 0) r))
                      (let k (scalar (add 64 (met 3 a)) (add p (add (lsh 3 32 (rsh 3 32 b)) (lsh 3 64 a))))
                        (add p (lsh 3 32 (mod (add r (mul k s)) (order 0))))))))))))
        """;
}
