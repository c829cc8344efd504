using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Kept checkpoints as text.</summary>
internal static class SnapshotText
{
    private static readonly string[] s_headers = ["NAME", ">POSITION", ">GEN", "TIME", "STATE", "ROOT"];

    public static void Table(Screen screen, IReadOnlyList<SnapshotInfo> snapshots) =>
        screen.Table(s_headers, snapshots.Select(snapshot => (IReadOnlyList<string>)
        [
            snapshot.Name ?? "",
            TextForms.Count(snapshot.Position),
            TextForms.Count(snapshot.Generation),
            TextForms.Time(snapshot.Time),
            State(snapshot),
            snapshot.Root.ToString(),
        ]));

    public static string Line(KernelId id, SnapshotInfo snapshot) =>
        $"{id} is kept as '{snapshot.Name}', position {snapshot.Position}, {State(snapshot)}, root {snapshot.Root}";

    private static string State(SnapshotInfo snapshot) => snapshot.HalfDone ? "in mid-message" : "at a commit";
}
