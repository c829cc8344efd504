namespace Granary.Kernels.Tests;

/// <summary>Stories that together use every kind of input and outcome; told the same way every time.</summary>
internal static class Scenarios
{
    private const string Client = """
        on start
          time t
          put "t" t
          call c "server" "work" payload gas 200000
          put "asked" payload
          random r
          mod r 1
          put "r" r
          await x c
          put "status" status
          print x
          emit "got" x
          halt x
        on nobody
          call c "ghost" "" 1 gas 5000
          await x c
          put "nobody" status
          sleep 25
          log "awake"
          halt status
        on loop
          set n 0
        again:
          receive timeout 100
          if ok == 0 goto done
          add n 1
          put "n" n
          if payload == "bad" goto bad
          reply n
          goto again
        bad:
          add payload 1
        done:
          put "total" n
        """;

    private const string Server = """
        on work
          get n "n"
          int n n
          add n 1
          put "n" n
          call c "client" "" 1 gas 1000
          await x c
          put "cycle" status
          if payload == "trap" goto wrong
          if payload == "revert" goto back
          sleep 10
          send "mova" "" 1 gas 100000
          join payload n
          halt payload
        wrong:
          put "lost" 1
          send "mova" "" 1 gas 100000
          add payload 1
        back:
          put "lost" 1
          revert "sorry"
        """;

    public static readonly string[] Names = ["calls", "waits", "commands"];

    public static ScenarioWorld Make()
    {
        ScenarioWorld world = new();
        world.AddScript("client", Client, "server", "ghost");
        world.AddScript("server", Server, "client", "mova");
        world.AddMova("mova", "put 0 add 1 print sleep 5 add 1 print");
        return world;
    }

    public static void Tell(string name, ScenarioWorld world, Action settle)
    {
        TestKernel client = world["client"];
        switch (name)
        {
            case "calls":
                foreach (string payload in (string[])["one", "trap", "revert", "two"])
                {
                    client.Call(payload, key: payload);
                    client.Call(payload, key: payload);
                    settle();
                    world.Time += 7;
                }
                break;
            case "waits":
                client.Call(entry: "nobody");
                settle();
                client.Call(entry: "loop");
                client.Call("a");
                client.Call("bad");
                client.Send("b");
                settle();
                break;
            case "commands":
                KernelHead before = client.Checkpoint();
                client.Call("first");
                client.Command(new KernelCommand.Pause());
                client.Send(entry: "loop");
                client.Command(new KernelCommand.Resume());
                settle();
                client.Command(new KernelCommand.SetPort("server", null));
                client.Call("second");
                settle();
                client.Command(new KernelCommand.SetPort("server", TestKernel.Id("server")));
                client.Command(new KernelCommand.Rollback(before.Root, before.WorkRoot));
                client.Call("third");
                client.Command(new KernelCommand.Cancel());
                client.Command(new KernelCommand.WriteMachine(KernelStatus.Idle, client.Kernel.SaveMachine()));
                settle();
                break;
        }
    }
}
