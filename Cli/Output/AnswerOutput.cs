using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>Collects what one command of the shell found into one answer.</summary>
internal sealed class AnswerOutput : IOutput
{
    private readonly JsonObject _answer = new() { ["ok"] = true };
    private JsonArray? _items;

    public bool IsJson => true;

    public Screen? Attended => null;

    /// <summary>The answer so far: the result's own fields, or the items under <c>items</c>.</summary>
    public JsonObject Answer => _answer;

    public void Result(JsonObject json, Action<Screen> text)
    {
        foreach ((string name, JsonNode? value) in json.ToList())
        {
            json.Remove(name);
            _answer[name] = value;
        }
    }

    public void Item(JsonObject json, Action<Screen> text)
    {
        if (_items is null)
        {
            _items = [];
            _answer["items"] = _items;
        }
        _items.Add(json);
    }

    public void Note(string text)
    {
    }
}
