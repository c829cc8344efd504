namespace Granary.Vms.Nock;

/// <summary>What a message asks for. Stored: numbers never change.</summary>
internal enum NockEntry : byte
{
    None = 0,

    /// <summary>The gate's product for a sample; both jammed.</summary>
    Kick = 1,

    /// <summary>The same in text.</summary>
    Text = 2,

    /// <summary>As <see cref="Text"/>, the product behind the meter and the counts of operators 9 and 12.</summary>
    Measure = 3,

    /// <summary>Be a transaction of the executor behind the port <c>executor</c>.</summary>
    Transact = 4,

    /// <summary>A later transaction waits until this one has ended.</summary>
    Wait = 5,
}
