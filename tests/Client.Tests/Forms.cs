using Granary.Kernels;

namespace Granary.Client.Tests;

/// <summary>Answers of a node, as JSON.</summary>
internal static class Forms
{
    public const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    public static KernelId Id { get; } = KernelId.Parse("counter");

    public const string Accepted = """{"to":"counter","position":7,"duplicate":true}""";

    public const string Pending = """{"to":"counter","key":"k"}""";

    public const string Result = """
        {"status":"ok","payload":{"hex":"3432","text":"42"},"gasUsed":12,"duplicate":true,"key":"k","receipt":null}
        """;

    public static string Kernel(string id = "counter", string status = "idle") => $$"""
        {"id":"{{id}}","engine":"script@1","codeHash":"{{Zeros}}","status":"{{status}}","generation":1,"createdAt":5,
        "position":3,"chain":"{{Zeros}}","wakeAt":null,"inboxCount":0,"gasSpent":9,"reason":"","fresh":"ignored"}
        """;

    public const string DeadLetters = """
        {"items":[{"number":3,"time":5,"status":"trapped","reason":"trapped: x","tries":1,"message":{"kind":"send",
        "from":"","fromGeneration":0,"number":0,"to":"counter","entry":"add","payload":{"hex":"35"},"gas":null,
        "callId":0,"status":"ok","callChain":[],"idempotencyKey":"","trace":"","ports":["bank#3"],"grant":0,
        "deadline":null}}]}
        """;

    public static string Event(string text) => $$"""
        {"event":"printed","kernel":"counter","time":1,"topic":"","content":{"hex":"{{Hex(text)}}"},"status":"running"}
        """.ReplaceLineEndings("");

    private static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
