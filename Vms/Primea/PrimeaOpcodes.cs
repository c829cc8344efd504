namespace Granary.Vms.Primea;

/// <summary>What actors and hosts do. The numbers are in code and snapshots: they never change.</summary>
internal enum PrimeaOp : byte
{
    Tick = 1,
    Send = 2,
    Egress = 3,
    New = 4,
    Module = 5,
    Actor = 6,
    Push = 7,
    Put = 8,
    Pop = 9,
    Fail = 10,

    Messages = 16,
    Root = 17,
    SetRoot = 18,
    Inspect = 19,

    Channel = 32,
    Instance = 33,
    Bind = 34,
    Unbind = 35,
    Delete = 36,
    Post = 37,
}

/// <summary>Who may use an instruction.</summary>
[Flags]
internal enum PrimeaUse : byte
{
    None = 0,

    /// <summary>Scripts of actors.</summary>
    Actors = 1,

    /// <summary>Scripts of the instances of the older model.</summary>
    Ports = 2,
}

/// <summary>One row: the word in scripts, the fixed part of the gas, and who may use it.</summary>
internal readonly record struct PrimeaOpInfo(string Name, int Gas, PrimeaUse Use);

internal static class PrimeaOpcodes
{
    private static readonly PrimeaOpInfo[] Table = CreateTable();

    /// <summary>The row of an instruction; its name is empty when there is none of that number.</summary>
    public static PrimeaOpInfo Info(PrimeaOp op) =>
        (int)op < Table.Length ? Table[(int)op] : new PrimeaOpInfo("", 0, PrimeaUse.None);

    /// <summary>The instruction that scripts of a kind call by a name.</summary>
    public static bool TryFind(string name, PrimeaUse use, out PrimeaOp op)
    {
        for (int i = 0; i < Table.Length; i++)
        {
            if ((Table[i].Use & use) != 0 && Table[i].Name == name)
            {
                op = (PrimeaOp)i;
                return true;
            }
        }
        op = default;
        return false;
    }

    private static PrimeaOpInfo[] CreateTable()
    {
        PrimeaOpInfo[] t = new PrimeaOpInfo[(int)PrimeaOp.Post + 1];
        Array.Fill(t, new PrimeaOpInfo("", 0, PrimeaUse.None));
        t[(int)PrimeaOp.Tick] = new("tick", Gas: 20, PrimeaUse.Actors | PrimeaUse.Ports);
        t[(int)PrimeaOp.Send] = new("send", Gas: 300, PrimeaUse.Actors);
        t[(int)PrimeaOp.Egress] = new("egress", Gas: 300, PrimeaUse.Actors);
        t[(int)PrimeaOp.New] = new("new", Gas: 500, PrimeaUse.Actors);
        t[(int)PrimeaOp.Module] = new("module", Gas: 300, PrimeaUse.Actors);
        t[(int)PrimeaOp.Actor] = new("actor", Gas: 300, PrimeaUse.Actors);
        t[(int)PrimeaOp.Push] = new("push", Gas: 50, PrimeaUse.Actors | PrimeaUse.Ports);
        t[(int)PrimeaOp.Put] = new("put", Gas: 50, PrimeaUse.Actors | PrimeaUse.Ports);
        t[(int)PrimeaOp.Pop] = new("pop", Gas: 20, PrimeaUse.Actors | PrimeaUse.Ports);
        t[(int)PrimeaOp.Fail] = new("fail", Gas: 20, PrimeaUse.Actors | PrimeaUse.Ports);
        t[(int)PrimeaOp.Messages] = new("send", Gas: 300, PrimeaUse.None);
        t[(int)PrimeaOp.Root] = new("root", Gas: 300, PrimeaUse.None);
        t[(int)PrimeaOp.SetRoot] = new("setRoot", Gas: 300, PrimeaUse.None);
        t[(int)PrimeaOp.Inspect] = new("actor", Gas: 300, PrimeaUse.None);
        t[(int)PrimeaOp.Channel] = new("channel", Gas: 300, PrimeaUse.Ports);
        t[(int)PrimeaOp.Instance] = new("instance", Gas: 500, PrimeaUse.Ports);
        t[(int)PrimeaOp.Bind] = new("bind", Gas: 100, PrimeaUse.Ports);
        t[(int)PrimeaOp.Unbind] = new("unbind", Gas: 100, PrimeaUse.Ports);
        t[(int)PrimeaOp.Delete] = new("delete", Gas: 100, PrimeaUse.Ports);
        t[(int)PrimeaOp.Post] = new("send", Gas: 300, PrimeaUse.Ports);
        return t;
    }
}
