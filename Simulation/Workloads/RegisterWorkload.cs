using System.Globalization;
using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>Registers that clients read, write and compare-and-set at the same time; some never hear what became of
/// it.</summary>
internal sealed class RegisterWorkload : SimWorkload
{
    private const int Registers = 2;
    private const int ClientsEach = 3;
    private const int OperationsEach = 16;

    /// <summary>A compare-and-set carries both values in one number.</summary>
    private const long ValuesMax = 1_000;

    private const string Register = """
        on read
          get v "v"
          int v v
          halt v
        on write
          int v payload
          put "v" v
          halt v
        on cas
          int p payload
          set o p
          div o 1000
          mod p 1000
          get v "v"
          int v v
          if v != o goto no
          put "v" p
          halt 1
        no:
          halt 0
        """;

    private readonly List<ClientCall>[] _calls = new List<ClientCall>[Registers];
    private readonly long[] _nextValue = new long[Registers];

    public override void Begin(SimSetup setup)
    {
        for (int r = 0; r < Registers; r++)
        {
            int register = r;
            _calls[r] = [];
            KernelId id = setup.Script(FormattableString.Invariant($"register{r}"), Register);
            for (int c = 0; c < ClientsEach; c++)
            {
                // What a compare-and-set of this client expects: what it saw last.
                long seen = 0;
                setup.Client(
                    OperationsEach, 300,
                    _ =>
                    {
                        ClientCall call = Next(setup.Random, register, id, seen);
                        _calls[register].Add(call);
                        return call;
                    },
                    call => seen = call is { IsDone: true, Entry: "read" or "write" } ? Number(call.ReplyText) : seen);
            }
        }
    }

    public override void Check(SimOutcome outcome)
    {
        for (int r = 0; r < Registers; r++)
        {
            RegisterOperation[] history = [.. _calls[r].Select(ToOperation)];
            outcome.Expect(
                RegisterCheck.IsLinearizable(history, initial: 0), $"register{r} is not linearizable");
        }
    }

    private ClientCall Next(SimRandom random, int register, KernelId id, long seen)
    {
        (string entry, long payload) = random.Next(3) switch
        {
            0 => ("read", 0),
            1 => ("write", ++_nextValue[register]),
            _ => ("cas", (seen * ValuesMax) + ++_nextValue[register]),
        };
        return new ClientCall
        {
            To = id, Entry = entry, Payload = payload.ToString(NumberFormatInfo.InvariantInfo), MayGiveUp = true,
        };
    }

    private static RegisterOperation ToOperation(ClientCall call)
    {
        long payload = Number(call.Payload);
        long? result = call.IsDone ? Number(call.ReplyText) : null;
        return call.Entry switch
        {
            "read" => new RegisterOperation(RegisterVerb.Read, 0, 0, result, call.Began, call.Ended),
            "write" => new RegisterOperation(RegisterVerb.Write, payload, 0, result, call.Began, call.Ended),
            _ => new RegisterOperation(
                RegisterVerb.CompareAndSet, payload % ValuesMax, payload / ValuesMax, result, call.Began, call.Ended),
        };
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, NumberFormatInfo.InvariantInfo, out long number)
            ? number
            : long.MinValue;
}
