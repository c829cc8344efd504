using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Client.Tests;

/// <summary>What is sent again, when, and what is not.</summary>
public sealed class RetryTests : IDisposable
{
    private static readonly MessageRequest _message = new() { To = Forms.Id, Payload = "x"u8.ToArray() };

    private readonly ScriptedHandler _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Looking_is_tried_again_after_every_passing_failure()
    {
        _node.ThenUnreachable().ThenLost().ThenProblem(503, "shuttingDown").ThenJson(Forms.Kernel());
        KernelInfo kernel = await _node.NewClient().GetAsync(Forms.Id);
        Assert.Equal(3UL, kernel.Position);
        Assert.Equal(4, _node.Requests.Count);
    }

    [Fact]
    public async Task Pauses_double_and_half_of_each_is_random()
    {
        _node.ThenUnreachable(4);
        await Assert.ThrowsAsync<KernelHostException>(() => _node.NewClient().GetAsync(Forms.Id));
        Assert.Equal(3, _node.Pauses.Count);
        for (int i = 0; i < 3; i++)
        {
            double full = 100 * Math.Pow(2, i);
            Assert.InRange(_node.Pauses[i].TotalMilliseconds, full / 2, full);
        }
    }

    [Fact]
    public async Task Retry_after_is_obeyed_within_a_bound()
    {
        _node.ThenProblem(429, "inboxFull", retryAfter: 2).ThenProblem(429, "inboxFull", retryAfter: 86_400)
            .ThenJson(Forms.Accepted);
        await _node.NewClient().SendAsync(_message);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)], _node.Pauses);
    }

    [Fact]
    public async Task A_message_keeps_its_key_through_all_tries_and_is_no_duplicate_to_its_sender()
    {
        _node.ThenLost(2).ThenJson(Forms.Accepted);
        MessageAccepted accepted = await _node.NewClient().SendAsync(_message);
        Assert.Equal(new MessageAccepted(Forms.Id, 7, Duplicate: false), accepted);
        Assert.Equal(32, _node.Keys[0].Length);
        Assert.Single(_node.Keys.Distinct());
    }

    [Fact]
    public async Task A_key_of_the_caller_is_used_and_duplicates_under_it_are_told()
    {
        _node.ThenJson(Forms.Accepted);
        MessageAccepted accepted = await _node.NewClient().SendAsync(_message with { IdempotencyKey = "order-17" });
        Assert.True(accepted.Duplicate);
        Assert.Equal(["order-17"], _node.Keys);
    }

    [Fact]
    public async Task A_message_that_never_gets_an_answer_names_the_key_to_ask_again_with()
    {
        _node.ThenLost(4);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().SendAsync(_message with { IdempotencyKey = "order-17" }));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.Contains("order-17", error.Advice);
        Assert.Equal(4, _node.Requests.Count);
    }

    public static TheoryData<string> OnceOperations =>
        ["deploy", "fork", "delete", "rollback", "pause", "snapshot", "port"];

    [Theory, MemberData(nameof(OnceOperations))]
    public async Task What_has_no_key_is_never_sent_twice_and_the_error_says_so(string operation)
    {
        _node.ThenLost();
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => DoAsync(_node.NewClient(), operation));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.Contains("may have happened", error.Advice);
        Assert.Single(_node.Requests);
    }

    [Theory, MemberData(nameof(OnceOperations))]
    public async Task What_was_surely_not_done_is_tried_again(string operation)
    {
        _node.ThenUnreachable(2).ThenProblem(429, "busy").ThenProblem(409, "wrongStatus");
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => DoAsync(_node.NewClient(), operation));
        Assert.Equal(KernelHostError.WrongStatus, error.Error);
        Assert.Equal(("What wrongStatus.", "Do this."), (error.What, error.Advice));
        Assert.Equal(4, _node.Requests.Count);
    }

    [Theory]
    [InlineData(400, "badRequest", KernelHostError.BadRequest)]
    [InlineData(400, "badBundle", KernelHostError.BadBundle)]
    [InlineData(400, "invalidCode", KernelHostError.InvalidCode)]
    [InlineData(404, "noSuchKernel", KernelHostError.NoSuchKernel)]
    [InlineData(404, "noSuchCheckpoint", KernelHostError.NoSuchCheckpoint)]
    [InlineData(413, "messageTooLarge", KernelHostError.MessageTooLarge)]
    [InlineData(401, "unauthorized", KernelHostError.Denied)]
    [InlineData(403, "forbidden", KernelHostError.Denied)]
    [InlineData(412, "changed", KernelHostError.WrongStatus)]
    public async Task A_problem_becomes_the_refusal_that_it_was(int status, string code, KernelHostError expected)
    {
        _node.ThenProblem(status, code);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().GetAsync(Forms.Id));
        Assert.Equal(expected, error.Error);
        Assert.Equal($"What {code}.", error.What);
        Assert.Single(_node.Requests);
    }

    [Fact]
    public async Task A_call_waits_again_with_its_key_until_there_is_a_reply()
    {
        _node.ThenJson(Forms.Pending, System.Net.HttpStatusCode.Accepted)
            .ThenJson(Forms.Pending, System.Net.HttpStatusCode.Accepted).ThenJson(Forms.Result);
        CallResult result = await _node.NewClient().CallAsync(_message with { IdempotencyKey = "k/1" });
        Assert.Equal("42", Encoding.UTF8.GetString(result.Payload.Span));
        Assert.Equal(
            [
                "POST /v1/kernels/counter/calls?gas=100000000&timeout=60",
                "GET /v1/kernels/counter/calls/k%2F1?timeout=60", "GET /v1/kernels/counter/calls/k%2F1?timeout=60",
            ],
            _node.Requests);
    }

    [Fact]
    public async Task A_call_outlives_any_outage_once_the_node_may_have_it()
    {
        _node.ThenLost().ThenUnreachable(50).ThenJson(Forms.Pending, System.Net.HttpStatusCode.Accepted)
            .ThenUnreachable(50).ThenProblem(503, "shuttingDown", 10).ThenJson(Forms.Result);
        CallResult result = await _node.NewClient().CallAsync(_message);
        Assert.Equal(ReplyStatus.Ok, result.Status);
        Assert.False(result.Duplicate);
        Assert.All(_node.Pauses, p => Assert.InRange(p, TimeSpan.Zero, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_call_to_nobody_fails_soon()
    {
        _node.ThenUnreachable(4);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().CallAsync(_message));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.Contains("granary up", error.Advice);
    }

    [Fact]
    public async Task A_call_that_was_taken_and_forgotten_is_not_made_again()
    {
        _node.ThenJson(Forms.Pending, System.Net.HttpStatusCode.Accepted).ThenProblem(404, "noSuchCall");
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().CallAsync(_message));
        Assert.Contains("no longer remembers", error.What);
        Assert.Single(_node.Requests, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failing_store_is_not_waited_for_without_end()
    {
        _node.ThenJson(Forms.Pending, System.Net.HttpStatusCode.Accepted).ThenProblem(503, "store", 4);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().CallAsync(_message));
        Assert.Equal(KernelHostError.Store, error.Error);
    }

    [Fact]
    public async Task Waiting_for_a_key_that_nobody_knows_gives_nothing_and_for_a_kernel_that_is_not_there_an_error()
    {
        _node.ThenProblem(404, "noSuchCall").ThenProblem(404, "noSuchKernel");
        GranaryClient client = _node.NewClient();
        Assert.Null(await client.AwaitReplyAsync(Forms.Id, "k"));
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => client.AwaitReplyAsync(Forms.Id, "k"));
        Assert.Equal(KernelHostError.NoSuchKernel, error.Error);
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_between_tries_too()
    {
        using CancellationTokenSource stop = new();
        _node.ThenLost().Then(_ =>
        {
            stop.Cancel();
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
        });
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _node.NewClient().CallAsync(_message, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("bad\r\nX-Injected: 1")]
    [InlineData(" blank")]
    [InlineData("schlüssel")]
    public async Task Keys_that_cannot_travel_are_refused_before_anything_is_sent(string key)
    {
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => _node.NewClient().SendAsync(_message with { IdempotencyKey = key }));
        Assert.Equal(KernelHostError.BadRequest, error.Error);
        Assert.Empty(_node.Requests);
    }

    private static Task DoAsync(GranaryClient client, string operation) => operation switch
    {
        "deploy" => client.DeployAsync(new DeployRequest
        {
            Id = Forms.Id, Engine = new EngineId("script", 1), Code = "code"u8.ToArray(),
        }),
        "fork" => client.ForkAsync(Forms.Id, KernelId.Parse("copy"), null),
        "delete" => client.DeleteAsync(Forms.Id),
        "rollback" => client.RollbackAsync(Forms.Id, CheckpointRef.Parse("v1")),
        "pause" => client.PauseAsync(Forms.Id),
        "snapshot" => client.SnapshotAsync(Forms.Id, "v1"),
        _ => client.SetPortAsync(Forms.Id, "out", null),
    };
}
