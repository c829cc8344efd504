using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Accounts that pay each other, by messages and by calls, and sometimes trap in the middle: no coin is made or lost.
/// </summary>
internal sealed class BankWorkload : SimWorkload
{
    private const int Accounts = 5;
    private const int Clients = 3;
    private const int OperationsEach = 80;
    private const long BalanceAtFirst = 100;

    private const string Account = """
        on pay                # the payload is the port of who gets it
          get b "balance"
          if ok == 1 goto known
          set b 100
        known:
          int b b
          random a
          mod a 20
          add a 1
          if b < a goto poor
          sub b a
          put "balance" b
          send payload "credit" a gas 100000
          halt a
        on lend               # as pay, but it asks, and takes the money back when it was refused
          get b "balance"
          if ok == 1 goto rich
          set b 100
        rich:
          int b b
          set a 7
          if b < a goto poor
          sub b a
          put "balance" b
          call c payload "credit" a gas 100000
          await r c
          if status == 0 goto lent
          get b "balance"
          int b b
          add b a
          put "balance" b
          halt 0
        lent:
          halt a
        poor:
          halt 0
        on fail               # gives everything away and traps: nothing of it has happened
          put "balance" 0
          send payload "credit" 1000 gas 100000
          add payload 1
        on credit
          get b "balance"
          if ok == 1 goto put_in
          set b 100
        put_in:
          int b b
          int a payload
          add b a
          put "balance" b
          halt b
        """;

    private readonly KernelId[] _accounts = new KernelId[Accounts];

    public override void Begin(SimSetup setup)
    {
        (string, string)[] ports =
            [.. Enumerable.Range(0, Accounts).Select(i => (Name(i), Name(i)))];
        for (int i = 0; i < Accounts; i++)
        {
            _accounts[i] = setup.Script(Name(i), Account, ports);
        }
        for (int c = 0; c < Clients; c++)
        {
            setup.Client(OperationsEach, 70, _ => Next(setup.Random));
        }
    }

    public override void Check(SimOutcome outcome)
    {
        long sum = 0;
        foreach (KernelId id in _accounts)
        {
            FinalKernel account = outcome.Kernels[id];
            sum += account.Text("balance") is null ? BalanceAtFirst : account.Number("balance");
        }
        outcome.Expect(
            sum == Accounts * BalanceAtFirst, $"the bank has {sum} coins, it began with {Accounts * BalanceAtFirst}");
    }

    private ClientCall Next(SimRandom random)
    {
        int from = random.Next(Accounts);
        // Calls go up only: accounts that wait for each other would wait for ever.
        int to = from == Accounts - 1 ? 0 : (int)random.Between(from + 1, Accounts - 1);
        string entry = random.Next(10) switch
        {
            < 3 when from < to => "lend",
            9 => "fail",
            _ => "pay",
        };
        return new ClientCall
        {
            To = _accounts[from], Entry = entry, Payload = Name(to), IsCall = random.Chance(800_000),
        };
    }

    private static string Name(int account) => FormattableString.Invariant($"bank{account}");
}
