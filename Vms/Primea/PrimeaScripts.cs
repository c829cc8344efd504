namespace Granary.Vms.Primea;

/// <summary>
/// The form of operations, scripts and values in code, queues and snapshots: CBOR arrays that begin with the number of
/// the instruction. What is checked here, the interpreter reads without a doubt.
/// </summary>
internal static class PrimeaScripts
{
    /// <summary>What founds a world, in an array.</summary>
    public static void CheckOperations(ref PrimeaReader reader, PrimeaModel model)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            CheckOperation(ref reader, model, founding: true);
        }
    }

    /// <summary>Operations one behind the other: also those that are for messages only.</summary>
    public static void CheckOperationRow(ReadOnlySpan<byte> row, PrimeaModel model)
    {
        PrimeaReader reader = new(row);
        while (!reader.AtEnd)
        {
            CheckOperation(ref reader, model, founding: false);
        }
    }

    /// <summary>Steps one behind the other.</summary>
    public static void CheckStepRow(ReadOnlySpan<byte> row, PrimeaUse use)
    {
        PrimeaReader reader = new(row);
        while (!reader.AtEnd)
        {
            CheckStep(ref reader, use, depth: 0);
        }
    }

    /// <summary>Steps in an array, with the scripts in them.</summary>
    public static void CheckScript(ref PrimeaReader reader, PrimeaUse use, int depth = 0)
    {
        if (depth == PrimeaLimits.ScriptDepthMax)
        {
            throw reader.Bad($"scripts are nested deeper than {PrimeaLimits.ScriptDepthMax}");
        }
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            CheckStep(ref reader, use, depth);
        }
    }

    /// <summary>A value with the names in it; see <see cref="PrimeaValues"/>.</summary>
    public static void CheckValue(ref PrimeaReader reader, PrimeaUse use, int depth = 0)
    {
        if (depth == PrimeaLimits.ValueDepthMax)
        {
            throw reader.Bad($"values are nested deeper than {PrimeaLimits.ValueDepthMax}");
        }
        switch (reader.PeekMajor())
        {
            case 4:
                CheckList(ref reader, use, depth);
                break;
            case 6 when use == PrimeaUse.Actors:
                CheckTagged(ref reader, use, depth);
                break;
            case 3:
                reader.ReadText(int.MaxValue);
                break;
            case 2:
                reader.ReadItem();
                break;
            case 0 or 1:
                reader.ReadInteger();
                break;
            case 7 when reader.TryReadNull():
                break;
            default:
                reader.ReadBool();
                break;
        }
    }

    public static string ReadName(ref PrimeaReader reader)
    {
        string name = reader.ReadText(PrimeaLimits.NameBytesMax);
        return name.Length > 0 ? name : throw reader.Bad("a name is empty");
    }

    private static void CheckOperation(ref PrimeaReader reader, PrimeaModel model, bool founding)
    {
        int length = reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned(byte.MaxValue);
        bool known = op switch
        {
            PrimeaOp.Messages => true,
            PrimeaOp.New or PrimeaOp.Module or PrimeaOp.Actor => model == PrimeaModel.Actors,
            PrimeaOp.SetRoot or PrimeaOp.Inspect => model == PrimeaModel.Actors && !founding,
            PrimeaOp.Root => true,
            _ => false,
        };
        if (!known)
        {
            throw reader.Bad($"{(byte)op} is no operation");
        }
        CheckLength(ref reader, op, length);
        if (op == PrimeaOp.Messages)
        {
            CheckMessages(ref reader, model);
        }
        else if (op != PrimeaOp.Root)
        {
            CheckOperands(ref reader, op, PrimeaUse.Actors, depth: 0);
        }
    }

    /// <summary>[to, gas, label, fromTicks, script], in an array.</summary>
    private static void CheckMessages(ref PrimeaReader reader, PrimeaModel model)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            reader.ExpectArray(5);
            ReadName(ref reader);
            reader.ReadAmount(PrimeaLimits.NumberMax);
            reader.ReadText(PrimeaLimits.NameBytesMax);
            reader.ReadAmount(PrimeaLimits.NumberMax);
            CheckScript(ref reader, model == PrimeaModel.Actors ? PrimeaUse.Actors : PrimeaUse.Ports);
        }
    }

    private static void CheckStep(ref PrimeaReader reader, PrimeaUse use, int depth)
    {
        int length = reader.ReadArray();
        PrimeaOp op = (PrimeaOp)reader.ReadUnsigned(byte.MaxValue);
        if ((PrimeaOpcodes.Info(op).Use & use) == 0)
        {
            throw reader.Bad($"{(byte)op} is no instruction");
        }
        CheckLength(ref reader, op, length);
        CheckOperands(ref reader, op, use, depth);
    }

    private static void CheckOperands(ref PrimeaReader reader, PrimeaOp op, PrimeaUse use, int depth)
    {
        switch (op)
        {
            case PrimeaOp.Tick:
                reader.ReadAmount(PrimeaLimits.NumberMax);
                break;
            case PrimeaOp.Send:
                ReadName(ref reader);
                reader.ReadAmount(PrimeaLimits.NumberMax);
                reader.ReadText(PrimeaLimits.NameBytesMax);
                CheckScript(ref reader, use, depth + 1);
                break;
            case PrimeaOp.Egress:
                reader.ReadAmount(PrimeaLimits.NumberMax);
                reader.ReadText(PrimeaLimits.NameBytesMax);
                reader.ReadBytes(int.MaxValue);
                break;
            case PrimeaOp.New or PrimeaOp.Module:
                ReadName(ref reader);
                reader.ReadAmount(PrimeaLimits.NumberMax);
                if (!reader.TryReadNull())
                {
                    reader.ReadBytes(int.MaxValue);
                }
                CheckList(ref reader, use, depth: 0);
                break;
            case PrimeaOp.Push:
                CheckValue(ref reader, use);
                break;
            case PrimeaOp.Put:
                reader.ReadAmount(PrimeaLimits.NumberMax);
                CheckValue(ref reader, use);
                break;
            case PrimeaOp.Fail:
                reader.ReadText(PrimeaLimits.ErrorBytesMax);
                break;
            case PrimeaOp.Actor or PrimeaOp.Channel or PrimeaOp.Bind or PrimeaOp.Unbind:
                ReadName(ref reader);
                ReadName(ref reader);
                break;
            case PrimeaOp.Delete or PrimeaOp.Inspect:
                ReadName(ref reader);
                break;
            case PrimeaOp.SetRoot:
                reader.ReadHash();
                break;
            case PrimeaOp.Instance:
                reader.ReadAmount(PrimeaLimits.NumberMax);
                CheckPost(ref reader, use, depth);
                break;
            case PrimeaOp.Post:
                ReadName(ref reader);
                CheckPost(ref reader, use, depth);
                break;
        }
    }

    /// <summary>[ports], label, script: what goes through a port.</summary>
    private static void CheckPost(ref PrimeaReader reader, PrimeaUse use, int depth)
    {
        int ports = reader.ReadArray();
        for (int i = 0; i < ports; i++)
        {
            ReadName(ref reader);
        }
        reader.ReadText(PrimeaLimits.NameBytesMax);
        CheckScript(ref reader, use, depth + 1);
    }

    private static void CheckLength(ref PrimeaReader reader, PrimeaOp op, int length)
    {
        int expected = 1 + op switch
        {
            PrimeaOp.Root or PrimeaOp.Pop => 0,
            PrimeaOp.Messages or PrimeaOp.Tick or PrimeaOp.Push or PrimeaOp.Fail or PrimeaOp.Delete
                or PrimeaOp.SetRoot or PrimeaOp.Inspect => 1,
            PrimeaOp.Put or PrimeaOp.Actor or PrimeaOp.Channel or PrimeaOp.Bind or PrimeaOp.Unbind => 2,
            PrimeaOp.Egress => 3,
            _ => 4,
        };
        if (length != expected)
        {
            throw reader.Bad($"instruction {(byte)op} has {expected - 1} operands, not {length - 1}");
        }
    }

    private static void CheckList(ref PrimeaReader reader, PrimeaUse use, int depth)
    {
        int count = reader.ReadArray();
        for (int i = 0; i < count; i++)
        {
            CheckValue(ref reader, use, depth + 1);
        }
    }

    private static void CheckTagged(ref PrimeaReader reader, PrimeaUse use, int depth)
    {
        ulong tag = reader.ReadTag();
        switch (tag)
        {
            case PrimeaTags.Link:
                CheckValue(ref reader, use, depth + 1);
                break;
            case PrimeaTags.Id or PrimeaTags.Actor:
                ReadName(ref reader);
                break;
            case PrimeaTags.Function:
                reader.ExpectArray(2);
                ReadName(ref reader);
                reader.ReadAmount(PrimeaLimits.NumberMax);
                break;
            default:
                throw reader.Bad($"there is no value with tag {tag}");
        }
    }
}
