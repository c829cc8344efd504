namespace Granary.Vms.Mcs51;

/// <summary>One machine cycle of the stock variant is one gas, and so is one step of the contract machine.</summary>
internal static class Mcs51Gas
{
    public const long Step = 1;

    // Sixteen pages are compared at each wait, which takes about as long as writing four.
    private const int WaitBytes = Mcs51State.ChipBytes + (4 * SnapshotFormat.PageBytes);

    /// <summary>
    /// A host call before its work: the buffer is read and cleared; hashes, ciphers and signatures cost what they take.
    /// What touches the state tree pays the host besides.
    /// </summary>
    public static long Api(int method, int requestBytes) => 200 + requestBytes + method switch
    {
        5 => 1_000 + (4L * requestBytes),
        6 => 20_000 + (60L * requestBytes),
        7 => 500_000,
        29 or 30 => 8L * requestBytes,
        _ => 0,
    };

    public static long Cycles(byte opcode) => Mcs51Opcodes.Info(opcode).Cycles;

    /// <summary>Reading the text of a message to a contract.</summary>
    public static long Message(int payloadBytes) => 2_000 + (10L * payloadBytes);

    /// <summary>Waiting for a message: what is printed and replied first, and the commit.</summary>
    public static long Wait(int lineBytes, int replyBytes) => GasSchedule.Suspend(WaitBytes)
        + (lineBytes > 0 ? GasSchedule.Print(lineBytes) : 0)
        + (replyBytes > 0 ? GasSchedule.Reply(replyBytes) : 0);
}
