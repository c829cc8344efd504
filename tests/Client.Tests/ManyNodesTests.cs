using System.Net;
using Granary.Kernels;

namespace Granary.Client.Tests;

/// <summary>A client that knows several silos of a cluster.</summary>
public sealed class ManyNodesTests : IDisposable
{
    private static readonly MessageRequest _message = new() { To = Forms.Id, Payload = "x"u8.ToArray() };

    private readonly ScriptedHandler _nodes = new();

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public async Task What_one_does_not_answer_the_next_is_asked_at_once_and_stays_with()
    {
        _nodes.ThenUnreachable().ThenLost().ThenJson(Forms.Accepted).ThenJson(Forms.Accepted);
        GranaryClient client = NewClient(3);
        await client.SendAsync(_message);
        await client.SendAsync(_message);
        Assert.Equal(["a", "b", "c", "c"], _nodes.Hosts);
        Assert.Empty(_nodes.Pauses);
        Assert.Single(_nodes.Keys.Take(3).Distinct());
    }

    [Fact]
    public async Task When_all_fail_there_is_a_pause_before_the_next_round()
    {
        _nodes.ThenUnreachable(4).ThenJson(Forms.Accepted);
        await NewClient(2).SendAsync(_message);
        Assert.Equal(["a", "b", "a", "b", "a"], _nodes.Hosts);
        Assert.Equal(2, _nodes.Pauses.Count);
        Assert.InRange(_nodes.Pauses[0].TotalMilliseconds, 50, 100);
        Assert.InRange(_nodes.Pauses[1].TotalMilliseconds, 100, 200);
    }

    [Fact]
    public async Task Each_is_tried_as_often_as_one_alone_would_be()
    {
        _nodes.ThenUnreachable(7);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => NewClient(2).SendAsync(_message));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.Equal(7, _nodes.Hosts.Count);
    }

    [Fact]
    public async Task One_that_is_about_to_stop_is_left_for_the_next()
    {
        _nodes.Then(_ =>
        {
            HttpResponseMessage answer = ScriptedHandler.Answer(HttpStatusCode.OK, Forms.Accepted, "application/json");
            answer.Headers.ConnectionClose = true;
            return answer;
        }).ThenJson(Forms.Accepted);
        GranaryClient client = NewClient(2);
        await client.SendAsync(_message);
        await client.SendAsync(_message);
        Assert.Equal(["a", "b"], _nodes.Hosts);
    }

    [Fact]
    public async Task A_kernel_that_takes_nothing_now_is_asked_later_not_elsewhere()
    {
        _nodes.ThenProblem(429, "inboxFull", retryAfter: 2).ThenJson(Forms.Accepted);
        await NewClient(2).SendAsync(_message);
        Assert.Equal(["a", "a"], _nodes.Hosts);
        Assert.Equal([TimeSpan.FromSeconds(2)], _nodes.Pauses);
    }

    [Fact]
    public async Task What_may_have_happened_is_not_done_at_the_next()
    {
        _nodes.ThenLost();
        await Assert.ThrowsAsync<KernelHostException>(() => NewClient(2).PauseAsync(Forms.Id));
        Assert.Equal(["a"], _nodes.Hosts);
    }

    [Fact]
    public void None_and_a_bad_one_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new GranaryClient([]));
        Assert.Throws<ArgumentException>(() => new GranaryClient([new Uri("http://a"), new Uri("ftp://b")]));
    }

    private GranaryClient NewClient(int nodes) => new(
        [.. Enumerable.Range(0, nodes).Select(i => new Uri($"http://{(char)('a' + i)}:7411"))], _nodes.Options);
}
