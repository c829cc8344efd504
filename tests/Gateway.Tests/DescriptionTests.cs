using System.Text.Json;
using Granary.Tests;

namespace Granary.Gateway.Tests;

/// <summary>The OpenAPI document says what the server does.</summary>
public sealed class DescriptionTests
{
    private static readonly string _golden = Path.Combine(
        VectorFolders.RepositoryRoot(), "tests", "golden", "openapi.json");

    [Fact]
    public async Task The_document_is_the_golden_one()
    {
        await using Node node = await Node.StartAsync();
        string text = await node.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)) + "\n";
        if (Environment.GetEnvironmentVariable("GRANARY_BLESS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_golden)!);
            await File.WriteAllTextAsync(_golden, text);
        }
        Assert.True(File.Exists(_golden), "There is no golden file: run with GRANARY_BLESS=1.");
        Assert.Equal(await File.ReadAllTextAsync(_golden), text);
    }

    [Fact]
    public async Task Each_operation_of_the_document_answers_as_it_says()
    {
        await using Node node = await Node.StartAsync(o => o with { Metrics = () => "granary_kernels 1\n" });
        Ready ready = await Samples.PrepareAsync(node);
        JsonElement document = await node.AskAsync("GET", "/openapi/v1.json", 200);
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        List<DescribedOperation> operations = DescribedOperation.ReadAll(document);
        Assert.Equal(Samples.ById.Keys.Order(), operations.Select(o => o.Id).Order());
        foreach (DescribedOperation operation in operations)
        {
            Sample sample = Samples.ById[operation.Id];
            operation.CheckRequest(sample);
            using HttpResponseMessage response = await node.SendAsync(
                operation.Method, sample.Path, sample.Body?.Invoke(ready));
            string about = $"{operation.Id} gave {(int)response.StatusCode}";
            if (operation.Id == "watchEvents")
            {
                Assert.True(response.IsSuccessStatusCode, about);
                continue;
            }
            string body = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{about}: {body}");
            operation.CheckAnswer(document, response, body);
        }
    }

    [Fact]
    public async Task Refusals_are_described_too()
    {
        await using Node node = await Node.StartAsync();
        JsonElement document = await node.AskAsync("GET", "/openapi/v1.json", 200);
        foreach (DescribedOperation operation in DescribedOperation.ReadAll(document))
        {
            // A parameter that nobody knows is refused by each of them.
            Sample sample = Samples.ById[operation.Id];
            string and = sample.Path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
            string path = $"{sample.Path}{and}nonsense=1";
            using HttpResponseMessage response = await node.SendAsync(operation.Method, path);
            JsonElement problem = await Node.ReadAsync(response, 400);
            Assert.Contains("nonsense", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
            operation.CheckAnswer(document, response, problem.GetRawText());
        }
    }
}
