namespace Granary.Gateway;

/// <summary>
/// What one operation takes and gives: the one place from which the checks of a request and its description are made.
/// </summary>
internal sealed class Operation(string id, string tag, ApiRole role, string summary)
{
    public const string Bytes = "application/octet-stream";
    public const string Json = "application/json";

    private readonly List<OperationParameter> _parameters = [];
    private readonly List<OperationAnswer> _answers = [];
    private readonly SortedSet<int> _problems = [];

    public string Id { get; } = id;

    public string Tag { get; } = tag;

    public ApiRole Role { get; } = role;

    public string Summary { get; } = summary;

    public IReadOnlyList<OperationParameter> Parameters => _parameters;

    public IReadOnlyList<OperationAnswer> Answers => _answers;

    public IReadOnlyCollection<int> ProblemStatuses => _problems;

    public OperationBody? Body { get; private set; }

    /// <summary>Null: the usual one. Infinite: none.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>One of the few at a time.</summary>
    public bool Heavy { get; private set; }

    public Operation Query(string name, string type, string description, bool required = false, bool repeats = false)
    {
        _parameters.Add(new OperationParameter(name, "query", type, description, required, repeats));
        return this;
    }

    public Operation Header(string name, string description)
    {
        _parameters.Add(new OperationParameter(name, "header", "string", description, Required: false, Repeats: false));
        return this;
    }

    /// <summary>For lists.</summary>
    public Operation Pages(string after) => Query("after", "string", after)
        .Query(
            "limit", "integer",
            "Items at most, 1 to 1,000; 100 by default. A page may be shorter and still have a next.");

    public Operation TakesBytes(string what, long bytesMax)
    {
        Body = new OperationBody(Bytes, null, what, bytesMax);
        return Fails(408, 413, 415, 429);
    }

    public Operation TakesJson(Type type, string what, long bytesMax)
    {
        Body = new OperationBody(Json, type, what, bytesMax);
        return Fails(400, 408, 413, 415, 429);
    }

    public Operation Gives(int status, Type? type, string what, string contentType = Json, params string[] headers)
    {
        _answers.Add(new OperationAnswer(status, type, contentType, what, headers));
        return this;
    }

    /// <summary>What can go wrong, beside what can always.</summary>
    public Operation Fails(params ReadOnlySpan<int> statuses)
    {
        foreach (int status in statuses)
        {
            _problems.Add(status);
        }
        return this;
    }

    public Operation Within(TimeSpan timeout)
    {
        Timeout = timeout;
        return this;
    }

    public Operation IsHeavy(TimeSpan timeout)
    {
        Heavy = true;
        return Within(timeout).Fails(429);
    }
}
