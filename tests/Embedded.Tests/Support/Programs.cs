namespace Granary.Embedded.Tests;

/// <summary>The programs of these tests.</summary>
internal static class Programs
{
    /// <summary>Adds up; the sum is stored.</summary>
    public const string Adder = """
        on add
            get n "n"
            int n n
            int d payload
            add n d
            put "n" n
            halt n
        """;

    /// <summary>Stores each number once, and refuses one that comes twice: as samples/script/inbox.gscript.</summary>
    public const string Inbox = """
        on put
            int number payload
            text digits number width 19
            set key "n/"
            join key digits
            get old key
            if ok == 1 goto twice
            put key payload
            get count "count"
            int count count
            add count 1
            put "count" count
            halt count
        twice:
            revert "Already stored."
        """;

    /// <summary>Half of a pair: has the other add, and remembers the answer.</summary>
    public const string Peer = """
        on put
            call c "peer" "add" payload gas 1000000
            if ok == 0 goto no_port
            await total c
            if ok == 0 goto failed
            put "total" total
            halt total
        no_port:
            revert "There is no port 'peer'."
        failed:
            revert status
        on add
            get n "n"
            int n n
            int d payload
            add n d
            put "n" n
            halt n
        """;

    /// <summary>Passes every number on to the port 'next' without waiting.</summary>
    public const string Relay = """
        on pass
            send "next" "add" payload gas 1000000
            get n "sent"
            int n n
            add n 1
            put "sent" n
            halt n
        """;

    /// <summary>Counts without end, prints nothing.</summary>
    public const string Endless = "var i = 0;\nloop:\ni++;\ngoto loop;\n";

    /// <summary>Counts once in a while.</summary>
    public const string Sleeper = "var i = 0;\nloop:\ni++;\nprint(i);\nsleep(1000000);\ngoto loop;\n";
}
