namespace Granary.Vms.Mova;

/// <summary>What the instructions cost. Mova's own unit is the step; one step is one gas.</summary>
internal static class MovaGas
{
    /// <summary>Every instruction.</summary>
    public const long Step = 1;

    /// <summary>PRINT: its step, and what every host charges for the text.</summary>
    public static long Print(int textBytes) => Step + GasSchedule.Print(textBytes);

    /// <summary>SLEEP: its step and a commit, which is dearer the more items are to be saved.</summary>
    public static long Sleep(int stackSlots) => Step + GasSchedule.Suspend(MovaState.SizeOf(stackSlots));
}
