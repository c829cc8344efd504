using Granary.Cli;

using SystemConsoleIo io = new();
// On another thread: reading a pipe that nobody writes to waits inside the call, and the second Ctrl-C ends that too.
Task<int> run = Task.Run(() => GranaryCli.InvokeAsync(args, io, options => Hosts.OpenAsync(options), Hosts.Engines));
await Task.WhenAny(run, Task.Delay(Timeout.InfiniteTimeSpan, io.Abort));
int exitCode = io.Abort.IsCancellationRequested && !run.IsCompleted ? ExitCodes.Interrupted : await run;
// After a second Ctrl-C threads of the host may still be at work; nothing acknowledged depends on them.
Environment.Exit(exitCode);
