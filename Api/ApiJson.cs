using System.Text.Json;
using System.Text.Json.Serialization;

namespace Granary.Api;

/// <summary>
/// How API records are written and read: camel case, generated code. A client ignores members that it does not know,
/// so that it can talk to a newer node; a gateway refuses them (<see cref="Strict"/>), so that a typing error is not
/// ignored.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(ApiList<ApiEngine>))]
[JsonSerializable(typeof(ApiList<ApiKernel>))]
[JsonSerializable(typeof(ApiList<ApiStateEntry>))]
[JsonSerializable(typeof(ApiList<ApiSnapshot>))]
[JsonSerializable(typeof(ApiList<ApiJournalEntry>))]
[JsonSerializable(typeof(ApiList<ApiTraceStep>))]
[JsonSerializable(typeof(ApiList<ApiHeldPort>))]
[JsonSerializable(typeof(ApiList<ApiTimer>))]
[JsonSerializable(typeof(ApiList<ApiDeadLetter>))]
[JsonSerializable(typeof(ApiList<ApiSilo>))]
[JsonSerializable(typeof(ApiPlace))]
[JsonSerializable(typeof(ApiAccepted))]
[JsonSerializable(typeof(ApiPending))]
[JsonSerializable(typeof(ApiCallResult))]
[JsonSerializable(typeof(ApiEvidence))]
[JsonSerializable(typeof(ApiFork))]
[JsonSerializable(typeof(ApiRollback))]
[JsonSerializable(typeof(ApiPort))]
[JsonSerializable(typeof(ApiVerifyReport))]
[JsonSerializable(typeof(ApiMachine))]
[JsonSerializable(typeof(ApiEvent))]
[JsonSerializable(typeof(ApiProblem))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Refuses members that a record does not have.</summary>
    public static ApiJson Strict { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    });
}
