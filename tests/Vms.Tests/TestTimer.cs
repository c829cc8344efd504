namespace Granary.Vms.Tests;

/// <summary>A timer that a machine set; times are milliseconds.</summary>
internal sealed record TestTimer(string Entry, byte[] Payload, long Delay, long Period, long Gas);
