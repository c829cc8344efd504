using System.Text;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>Small programs as bytes, with their source in the comment.</summary>
internal static class Mcs51Programs
{
    /// <summary>
    /// Prints "hi", a line end and "> ", then sends back what comes in, small letters as capitals, counting at RAM 30.
    /// At a byte 04 it stores the count at XDATA 1234 and jumps to itself (004a). Baud rate by timer 1 in mode 2;
    /// timer 0 runs in mode 1.
    /// </summary>
    public static byte[] Echo { get; } = Convert.FromHexString(
        "020020" + "0000000000000000000000000000000000000000000000000000000000"
        + "759852" // start: mov scon,#52
        + "758921758dfdd28ed28c" // mov tmod,#21; mov th1,#fd; setb tr1; setb tr0
        + "900067e4936006" // mov dptr,#text; hello: clr a; movc a,@a+dptr; jz echo
        + "12005fa380f6" // lcall put; inc dptr; sjmp hello
        + "3098fdc298e599b40408" // echo: jnb ri,$; clr ri; mov a,sbuf; cjne a,#04,more
        + "901234e530f080fe" // mov dptr,#1234; mov a,30; movx @dptr,a; sjmp $
        + "0530b461004007b47b005002c2e5" // more: inc 30; capital letters
        + "12005f80db" // plain: lcall put; sjmp echo
        + "3099fdc299f59922" // put: jnb ti,$; clr ti; mov sbuf,a; ret
        + "68690a3e2000");

    /// <summary>
    /// A contract that makes the host calls its data tells: method (1), size (1) and bytes of the request, one after
    /// the other; the first 64 bytes of each answer go to XDATA 8000, 8040 ... Then ff and the result byte.
    /// </summary>
    public static byte[] Caller { get; } = Convert.FromHexString(
        "020067000002020022220000000000000000222200000000000000000000000090effdf0e4a3f012000880fe90effdf0e4a3"
        + "f012001222ed60168e838f82e0a3ae83af828a838b82f0a3aa83ab82ddea228a838b82f0a3aa83ab82228e838f82e0a3ae83"
        + "af82227ef07f017a007b0012005c120051ee4f70f67e007f0075428075430012005cb4ff0612005c020020f53012005cfd7a"
        + "ef7bff1200378e408f41e53012002c7eef7fffaa42ab437d401200378a428b43ae40af4180c7");

    /// <summary>The caller contract with version 00 02 02 and its balance switch on.</summary>
    public static byte[] BalancedCaller { get; } =
        [.. Caller.AsSpan(0, Mcs51Layout.BalanceSwitchAt), 1, .. Caller.AsSpan(Mcs51Layout.BalanceSwitchAt + 1)];

    /// <summary>A code image with some instructions at its beginning.</summary>
    public static byte[] Image(string hex) => Convert.FromHexString(hex);

    public static VmEntry Serial(string text) => new("serial", Encoding.ASCII.GetBytes(text), "");
}
