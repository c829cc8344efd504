namespace Granary.Gateway.Tests;

/// <summary>Waits for what nobody signals, such as the server's view of a closed connection.</summary>
internal static class Wait
{
    public static Task UntilAsync(Func<bool> condition, string what, int seconds = 20) =>
        UntilAsync(() => Task.FromResult(condition()), what, seconds);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what, int seconds = 20)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(seconds);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"Waited {seconds} s for {what}.");
            await Task.Delay(10);
        }
    }
}
