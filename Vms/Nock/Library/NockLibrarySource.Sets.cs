namespace Granary.Vms.Nock;

/// <summary>Sets, maps and the resource machine's names.</summary>
internal static partial class NockLibrarySource
{
    /// <summary>
    /// Sets: 0 or [element left right]; elements are in the order gor from left to right, and mor from top to bottom.
    /// </summary>
    private const string Sets = """
        (layer 10
          (gate 64 set-put (a b)
            (if (eq a 0) (cons b 0 0)
              (if (eq b (hd a)) a
                (if (gor b (hd a))
                  (let c (set-put (at 6 a) b)
                    (if (mor (hd a) (hd c)) (cons (hd a) c (at 7 a))
                      (cons (hd c) (at 6 c) (hd a) (at 7 c) (at 7 a))))
                  (let c (set-put (at 7 a) b)
                    (if (mor (hd a) (hd c)) (cons (hd a) (at 6 a) c)
                      (cons (hd c) (cons (hd a) (at 6 a) (at 6 c)) (at 7 c))))))))
          (gate 65 set-has (a b)
            (loop ((x a))
              (if (eq x 0) 1 (if (eq b (hd x)) 0 (again (if (gor b (hd x)) (at 6 x) (at 7 x)))))))
          ; The set with b on top: what is below b's place on its left and right.
          (gate 66 set-split (a b)
            (if (eq a 0) (cons b 0 0)
              (if (eq b (hd a)) a
                (if (gor b (hd a))
                  (let c (set-split (at 6 a) b) (cons (hd c) (at 6 c) (hd a) (at 7 c) (at 7 a)))
                  (let c (set-split (at 7 a) b) (cons (hd c) (cons (hd a) (at 6 a) (at 6 c)) (at 7 c)))))))
          (gate 67 set-uni (a b)
            (if (or (eq b 0) (eq a b)) a
              (if (eq a 0) b
                (if (eq (hd a) (hd b))
                  (cons (hd b) (set-uni (at 6 a) (at 6 b)) (set-uni (at 7 a) (at 7 b)))
                  (if (mor (hd a) (hd b)) (set-graft a b) (set-graft b a))))))
          ; The union when a's top stays on top: b's sides go to the sides of a where they belong.
          (gate 68 set-graft (a b)
            (if (gor (hd b) (hd a))
              (set-uni (cons (hd a) (set-uni (at 6 a) (cons (hd b) (at 6 b) 0)) (at 7 a)) (at 7 b))
              (set-uni (cons (hd a) (at 6 a) (set-uni (at 7 a) (cons (hd b) 0 (at 7 b)))) (at 6 b))))
          ; Two sets of which all of the first is before all of the second.
          (gate 69 set-join (a b)
            (if (eq a 0) b
              (if (eq b 0) a
                (if (mor (hd a) (hd b))
                  (cons (hd a) (at 6 a) (set-join (at 7 a) b))
                  (cons (hd b) (set-join a (at 6 b)) (at 7 b))))))
          (gate 70 set-dif (a b)
            (if (eq b 0) a
              (let c (set-split a (hd b))
                (set-join (set-dif (at 6 c) (at 6 b)) (set-dif (at 7 c) (at 7 b))))))
          (gate 71 set-int (a b)
            (if (or (eq a 0) (eq b 0)) 0
              (if (not (mor (hd a) (hd b))) (set-int b a)
                (if (eq (hd a) (hd b))
                  (cons (hd a) (set-int (at 6 a) (at 6 b)) (set-int (at 7 a) (at 7 b)))
                  (if (gor (hd b) (hd a))
                    (set-uni (set-int (at 6 a) (cons (hd b) (at 6 b) 0)) (set-int a (at 7 b)))
                    (set-uni (set-int (at 7 a) (cons (hd b) 0 (at 7 b))) (set-int a (at 6 b))))))))
          (gate 72 set-wyt (a) (if (eq a 0) 0 (inc (add (set-wyt (at 6 a)) (set-wyt (at 7 a))))))
          ; A list of numbers in order, the smallest first: by halves.
          (gate 73 merge (a b)
            (if (eq a 0) b
              (if (eq b 0) a
                (if (lth (hd b) (hd a)) (cons (hd b) (merge a (tl b))) (cons (hd a) (merge (tl a) b))))))
          (gate 74 halves (list)
            (loop ((l list) (x 0) (y 0)) (if (eq l 0) (cons x y) (again (tl l) (cons (hd l) y) x))))
          (gate 75 sort (list)
            (if (or (eq list 0) (eq (tl list) 0)) list
              (let h (halves list) (merge (sort (hd h)) (sort (tl h))))))
          (gate 22 silt (list)
            (loop ((l list) (s 0)) (if (eq l 0) s (again (tl l) (set-put s (hd l))))))
          (door 21 set
            (gate 84 in-put (b) (set-put set b))
            (gate 85 in-int (b) (set-int set b))
            (gate 174 in-uni (b) (set-uni set b))
            (gate 175 in-dif (b) (set-dif set b))
            (gate 762 in-has (b) (set-has set b))
            (gate 763 in-duni (b) (if (eq 0 (set-int set b)) (set-uni set b) (crash)))
            (value 92 in-wyt (set-wyt set))))
        (layer 11
          (gate 64 map-put (a b c)
            (if (eq a 0) (cons (cons b c) 0 0)
              (if (eq b (at 4 a)) (cons (cons b c) (tl a))
                (if (gor b (at 4 a))
                  (let d (map-put (at 6 a) b c)
                    (if (mor (at 4 a) (at 4 d)) (cons (hd a) d (at 7 a))
                      (cons (hd d) (at 6 d) (hd a) (at 7 d) (at 7 a))))
                  (let d (map-put (at 7 a) b c)
                    (if (mor (at 4 a) (at 4 d)) (cons (hd a) (at 6 a) d)
                      (cons (hd d) (cons (hd a) (at 6 a) (at 6 d)) (at 7 d))))))))
          (door 21 map
            (gate 340 by-put (b c) (map-put map b c))
            (gate 701 by-got (b)
              (loop ((x map))
                (if (eq x 0) (crash)
                  (if (eq b (at 4 x)) (at 5 x) (again (if (gor b (at 4 x)) (at 6 x) (at 7 x)))))))))
        """;

    private const string Resources = """
        (layer 12
          (gate 1526 is-commitment (a) (eq 'CM_' (end 3 3 a)))
          (gate 372 is-nullifier (a) (eq 'NF_' (end 3 3 a))))
        """;
}
